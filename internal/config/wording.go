package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// said is HCL's diagnostic in this package's form: summary and hint. quiet: its detail may quote a secret and is left out; the summaries of HCL are
// fixed texts.
func (t *text) said(d *hcl.Diagnostic, quiet bool) mark {
	m := mark{warning: d.Severity == hcl.DiagWarning, summary: sentence(d.Summary), at: hcl.Range{Start: hcl.InitialPos, End: hcl.InitialPos}}
	if d.Subject != nil {
		m.at = *d.Subject
	}
	m.at.Filename = t.name
	if t.json {
		// HCL counts lines and columns in the text that the JSON stands for; offsets are closer to what is in the file.
		m.at.Start, m.at.End = position(t.source, m.at.Start.Byte), position(t.source, m.at.End.Byte)
	}
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		if e := (*callError)(nil); errors.As(call.FunctionCallError(), &e) {
			m.summary, m.hint = e.summary, e.hint
			if before, after, ok := strings.Cut(e.summary, "%s"); ok {
				m.summary = oneLine(before + literalArgument(d.Expression) + after)
			}
			return m
		}
	}
	switch d.Summary {
	case "Variables not allowed", "Unknown variable":
		m.summary, m.hint = "a word without quotes means nothing here", `put text in quotes; for a variable of the environment write env("NAME")`
	case "Invalid JSON keyword":
		m.hint = "put text in quotes"
	case "Missing newline after argument":
		m.hint = `put text and durations in quotes, as in "30s", and each attribute on a line of its own`
	case "Argument or block definition required":
		m.hint = "write name = value, or name { … } for a block"
	case "Invalid multi-line string":
		m.summary, m.hint = "the text is not closed on its line", "add the closing quote, or write text of several lines as <<EOT"
	case "Invalid escape sequence":
		m.hint = `write \\ for a backslash`
	case "Invalid template control keyword":
		m.hint = "write %%{ for %{"
	case "Not enough function arguments", "Too many function arguments":
		m.hint = sentence(d.Detail)
	default:
		if !quiet && !t.quotes(d.Detail, t.lineOf(m.at.Start.Byte)) {
			m.hint = sentence(d.Detail)
		}
	}
	return m
}

// literalArgument is the first argument of a call in quotes, or nothing when it is computed.
func literalArgument(e hcl.Expression) string {
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	v, diags := call.Args[0].Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return ""
	}
	return fmt.Sprintf("%q", v.AsString())
}

// sentence is HCL's prose in the house's form: no full stop, and a small letter at the beginning except where the word is a name.
func sentence(s string) string {
	s = strings.TrimSuffix(oneLine(s), ".")
	first, size := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}
