package drivertest

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// Table writes the report for a person: a line for each check, and below them, for each that failed, what was promised, what was seen and what to
// do. What a driver says comes out without control characters.
func (r *Report) Table(w io.Writer) error {
	out := bufio.NewWriter(w)
	columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(columns, "CHECK\tOUTCOME\tTOOK\tREQUIRED\n")
	for _, result := range r.Results {
		required := ""
		if result.Required {
			required = "yes"
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\n", result.Name, result.Outcome, rounded(result.Took), required)
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	promises := map[string]string{}
	for _, c := range Checks() {
		promises[c.Name] = c.Promise
	}
	var reasons []string
	waived := map[string][]string{}
	for _, result := range r.Results {
		switch result.Outcome {
		case Failed:
			fmt.Fprintf(out, "\n%s\n  promised:  %s\n  seen:      %s\n  to do:     %s\n",
				result.Name, promises[result.Name], plain(result.Problem), plain(result.Advice))
		case NotApplicable:
			if len(waived[result.Problem]) == 0 {
				reasons = append(reasons, result.Problem)
			}
			waived[result.Problem] = append(waived[result.Problem], result.Name)
		}
	}
	for _, reason := range reasons {
		fmt.Fprintf(out, "\nnot applicable, because %s:\n  %s\n", plain(reason), strings.Join(waived[reason], ", "))
	}
	fmt.Fprintf(out, "\n%s %s (%s): %d passed, %d failed, %d not applicable, in %s\n",
		plain(r.Driver), plain(r.Version), plain(r.SDK), r.Count(Passed), r.Count(Failed), r.Count(NotApplicable), rounded(r.Took))
	return out.Flush()
}

func rounded(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// plain makes text harmless for a terminal, on lines that stand below the first.
func plain(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\n':
			b.WriteString("\n             ")
		case unicode.IsControl(c):
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
