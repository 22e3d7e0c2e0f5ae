package main

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// clean makes text from outside (names, reasons, errors of a pool) fit for one line of a terminal: escape sequences and control characters vanish, ends of lines
// become spaces, and so do the characters that turn the direction of writing around.
func clean(s string) string { return strings.Join(strings.Fields(cleanLines(s)), " ") }

// cleanLines is clean for text of several lines, whose blanks count.
func cleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(s, "")))
}
