package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// widest is how much of a line an excerpt shows, in characters.
const widest = 120

// excerpt is the line where a range begins, with what is hidden left out, and under it a line of carets:
//
//	12 |   hots = "pool.example.org"
//	   |   ^^^^
func (t *text) excerpt(at hcl.Range, hidden cover) string {
	line := t.lineOf(at.Start.Byte)
	from, to := at.Start.Byte, min(at.End.Byte, line.End.Byte)
	var shown []rune
	first, last := -1, -1
	for i := line.Start.Byte; i < line.End.Byte; {
		if i >= from && first < 0 {
			first = len(shown)
		}
		if end := hidden.end(t.name, i); end > i {
			// A caret inside of what is hidden goes under the whole of the ellipsis.
			if from > i && from < end {
				first = len(shown)
			}
			if n := len(shown); n == 0 || shown[n-1] != '…' {
				shown = append(shown, '…')
			}
			i = min(end, line.End.Byte)
		} else {
			r, size := utf8.DecodeRune(t.source[i:line.End.Byte])
			if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				r = '·'
			}
			shown = append(shown, r)
			i += size
		}
		if i >= to && last < 0 {
			last = len(shown)
		}
	}
	if first < 0 {
		first = len(shown)
	}
	last = max(last, first+1)
	shown, first, last = window(shown, first, last)

	var under strings.Builder
	for i := range last {
		switch {
		case i >= first:
			under.WriteByte('^')
		case i < len(shown) && shown[i] == '\t':
			under.WriteByte('\t')
		default:
			under.WriteByte(' ')
		}
	}
	number := fmt.Sprintf("%4d", at.Start.Line)
	return fmt.Sprintf("%s | %s\n%s | %s", number, strings.TrimRight(string(shown), " \t"), strings.Repeat(" ", len(number)), under.String())
}

// lineOf is the line around an offset, without its end.
func (t *text) lineOf(offset int) hcl.Range {
	offset = min(max(offset, 0), len(t.source))
	from := bytes.LastIndexByte(t.source[:offset], '\n') + 1
	to := len(t.source)
	if n := bytes.IndexByte(t.source[offset:], '\n'); n >= 0 {
		to = offset + n
	}
	if to > from && t.source[to-1] == '\r' {
		to--
	}
	return t.span(from, to)
}

// window cuts a long line down to what is around the carets.
func window(line []rune, first, last int) ([]rune, int, int) {
	if len(line) <= widest {
		return line, first, last
	}
	from := min(max(first-widest/3, 0), len(line)-widest)
	to := from + widest
	cut := append([]rune{}, line[from:to]...)
	if from > 0 {
		cut[0] = '…'
	}
	if to < len(line) {
		cut[widest-1] = '…'
	}
	return cut, first - from, min(last-from, widest)
}

// position is that of an offset.
func position(source []byte, offset int) hcl.Pos {
	offset = min(max(offset, 0), len(source))
	before := source[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return hcl.Pos{Line: line, Column: column, Byte: offset}
}
