package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Error is everything that is wrong with a configuration. errors.Is(err, fault.Invalid) holds.
type Error struct {
	// Diagnostics is never empty, is sorted by place and holds no two that are equal. Warnings may stand among the errors.
	Diagnostics []Diagnostic
}

// Diagnostic is one thing to tell the author of a configuration. Its texts hold no secret.
type Diagnostic struct {
	// Warning: the configuration can be used nevertheless.
	Warning bool `json:"warning,omitempty"`
	// Subject names the definition that it is about, as in `scheduler "flood"`; "" when it is about the file.
	Subject string `json:"subject,omitempty"`
	// Key is the place within the definition, as in `transfer.chunk` or `disks[1].size`; "" for the whole of it.
	Key string `json:"key,omitempty"`
	// Place is where it was written. It is nil for a definition that does not come from a file.
	Place *Place `json:"place,omitempty"`
	// Summary says what is wrong, in lower case and without a full stop.
	Summary string `json:"summary"`
	// Hint says what to do about it; may be empty.
	Hint string `json:"hint,omitempty"`
	// Excerpt is the line of source and a line that underlines the place; may be empty.
	Excerpt string `json:"excerpt,omitempty"`
}

// Place is a range of source. Lines and columns count from 1, columns in characters; the end is the first column behind the range.
type Place struct {
	// File is the path as the user gave it.
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

// String is "config.hcl:12,3-9", or "config.hcl:12,3-14,2" over several lines.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	if p.Line == p.EndLine {
		return fmt.Sprintf("%s:%d,%d-%d", p.File, p.Line, p.Column, p.EndColumn)
	}
	return fmt.Sprintf("%s:%d,%d-%d,%d", p.File, p.Line, p.Column, p.EndLine, p.EndColumn)
}

// String is the diagnostic as Error prints it: the place, or the subject and key, what is wrong, what to do, and the excerpt on lines of its own.
func (d Diagnostic) String() string {
	var b strings.Builder
	switch {
	case d.Place != nil:
		b.WriteString(d.Place.String() + ": ")
	default:
		if d.Subject != "" {
			b.WriteString(d.Subject + ": ")
		}
		if d.Key != "" && !strings.HasPrefix(d.Summary, d.Key+" ") {
			b.WriteString(d.Key + ": ")
		}
	}
	if d.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Summary)
	if d.Hint != "" {
		b.WriteString("; " + d.Hint)
	}
	if d.Excerpt != "" {
		b.WriteString("\n" + d.Excerpt)
	}
	return b.String()
}

// Error prints all diagnostics, one below the other.
func (e *Error) Error() string {
	texts := make([]string, len(e.Diagnostics))
	for i, d := range e.Diagnostics {
		texts[i] = d.String()
	}
	return strings.Join(texts, "\n")
}

// Unwrap is fault.Invalid.
func (e *Error) Unwrap() error { return fault.Invalid }

// Join makes one error of several, so that a check can print the findings of Load and of every Decode as one list in the order of the file.
// What is not an *Error is joined behind them as errors.Join does. Without any error it is nil.
func Join(errs ...error) error {
	var all []Diagnostic
	var rest []error
	for _, err := range errs {
		if e, ok := err.(*Error); ok {
			all = append(all, e.Diagnostics...)
		} else if err != nil {
			rest = append(rest, err)
		}
	}
	invalid := failure(all)
	if len(rest) == 0 {
		return invalid
	}
	return errors.Join(append([]error{invalid}, rest...)...)
}

// failure is an *Error of the diagnostics in order, or nil when no error is among them.
func failure(all []Diagnostic) error {
	if !slices.ContainsFunc(all, func(d Diagnostic) bool { return !d.Warning }) {
		return nil
	}
	return &Error{Diagnostics: inOrder(all)}
}

func inOrder(all []Diagnostic) []Diagnostic {
	place := func(d Diagnostic) Place {
		if d.Place == nil {
			return Place{}
		}
		return *d.Place
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Diagnostic) int {
		p, q := place(a), place(b)
		return cmp.Or(
			cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column),
			cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Summary, b.Summary),
		)
	})
	return slices.CompactFunc(all, func(a, b Diagnostic) bool { return a.String() == b.String() })
}

// oneLine makes text from outside fit to be printed on a terminal: line ends become spaces, other control characters vanish.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
}
