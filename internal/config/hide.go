package config

import (
	"bytes"
	"math"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// ellipsis stands for what may not be shown.
const ellipsis = "…"

// secretsIn are the ranges of the values in a body that its schema does not show to be public: those of sensitive attributes, and those of names that it
// does not know, because a misspelled password is a password. Blocks of the kind apart are left to those who read them.
func secretsIn(body hcl.Body, schema *pluginv1.Block, apart string) []hcl.Range {
	if at, ok := object(body); !ok {
		at.End.Byte = math.MaxInt
		return []hcl.Range{at}
	}
	_, native := body.(*hclsyntax.Body)
	var hidden []hcl.Range
	content, _, _ := body.PartialContent(bodySchema(without(schema, apart)))
	read := map[string]bool{}
	for _, b := range content.Blocks {
		read[b.Type] = true
		hidden = append(hidden, secretsIn(b.Body, nestedOf(schema, b.Type).GetBlock(), "")...)
	}
	for _, n := range namesIn(body) {
		a := attributeOf(schema, n.name)
		switch {
		case n.name == apart:
		case n.block && read[n.name]:
			// A block of a known type may have been dropped for its labels.
			hidden = append(hidden, secretsIn(n.body, nestedOf(schema, n.name).GetBlock(), "")...)
		case !native && read[n.name]:
		case n.block:
			hidden = append(hidden, n.value)
		case a == nil || a.GetSensitive():
			hidden = append(hidden, secretIn(n.expr)...)
		}
	}
	return hidden
}

// secretIn are the ranges of an expression that can hold a secret: all of it, except that env("NAME") and file("path") only say where one is, and
// that bare names in a map are shown.
func secretIn(e hcl.Expression) []hcl.Range {
	switch e := e.(type) {
	case *hclsyntax.FunctionCallExpr:
		if (e.Name == "env" || e.Name == "file") && len(e.Args) == 1 && literalArgument(e) != "" {
			return nil
		}
	case *hclsyntax.TupleConsExpr:
		var hidden []hcl.Range
		for _, item := range e.Exprs {
			hidden = append(hidden, secretIn(item)...)
		}
		return hidden
	case *hclsyntax.ObjectConsExpr:
		var hidden []hcl.Range
		for _, item := range e.Items {
			if hcl.ExprAsKeyword(item.KeyExpr) == "" {
				hidden = append(hidden, item.KeyExpr.Range())
			}
			hidden = append(hidden, secretIn(item.ValueExpr)...)
		}
		return hidden
	}
	return []hcl.Range{e.Range()}
}

// span is a range by offsets. Only its bytes are ever looked at.
func (t *text) span(from, to int) hcl.Range {
	return hcl.Range{Filename: t.name, Start: hcl.Pos{Byte: from}, End: hcl.Pos{Byte: to}}
}

// cover is what excerpts hide: for each file the ranges in order, none touching the next.
type cover map[string][]hcl.Range

func coverOf(hidden []hcl.Range) cover {
	c := cover{}
	slices.SortFunc(hidden, func(a, b hcl.Range) int { return a.Start.Byte - b.Start.Byte })
	for _, h := range hidden {
		before := c[h.Filename]
		if n := len(before); n > 0 && h.Start.Byte <= before[n-1].End.Byte {
			before[n-1].End.Byte = max(before[n-1].End.Byte, h.End.Byte)
			continue
		}
		c[h.Filename] = append(before, h)
	}
	return c
}

// end is the end of the range around an offset, or the offset itself.
func (c cover) end(file string, offset int) int {
	ranges := c[file]
	i, _ := slices.BinarySearchFunc(ranges, offset, func(h hcl.Range, offset int) int { return h.End.Byte - offset })
	for ; i < len(ranges) && ranges[i].Start.Byte <= offset; i++ {
		if ranges[i].End.Byte > offset {
			return ranges[i].End.Byte
		}
	}
	return offset
}

// quotes tells whether words quote something of the hidden ranges that a line of source has.
func (t *text) quotes(words string, line hcl.Range) bool {
	var covered []byte
	for _, h := range t.hidden {
		if from, to := max(h.Start.Byte, line.Start.Byte), min(h.End.Byte, line.End.Byte); h.Filename == t.name && from < to {
			covered = append(append(covered, t.source[from:to]...), '\n')
		}
	}
	for _, quoted := range inQuotes.FindAllStringSubmatch(words, -1) {
		if bytes.Contains(covered, []byte(quoted[1])) {
			return true
		}
	}
	return false
}

var inQuotes = regexp.MustCompile(`"([^"]*[\pL\pN][^"]*)"`)
