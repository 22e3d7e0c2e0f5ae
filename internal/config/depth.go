package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Limits of a file, far beyond what a person writes. HCL parses and evaluates by recursion, and a Go program does not survive the end of its stack.
const (
	maxBrackets  = 500
	maxOperators = 20_000
)

// tooDeep finds where a file exceeds the limits. Operators are counted over the whole file: how they nest is for the parser to know.
func (t *text) tooDeep() (hcl.Range, bool) {
	brackets, operators := 0, 0
	count := func(c byte) bool {
		switch c {
		case '(', '[', '{':
			brackets++
		case ')', ']', '}':
			brackets = max(brackets-1, 0)
		case '!', '-', '?', '+', '*', '/', '%', '&', '|', '<', '>', '=':
			operators++
		}
		return brackets > maxBrackets || operators > maxOperators
	}
	if t.json {
		for i, c := range t.source {
			if count(c) {
				at := position(t.source, i)
				return hcl.Range{Filename: t.name, Start: at, End: at}, true
			}
		}
		return hcl.Range{}, false
	}
	for _, token := range t.tokens() {
		switch token.Type {
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenComment, hclsyntax.TokenEqual:
			continue
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			brackets++
		case hclsyntax.TokenTemplateSeqEnd:
			brackets--
		}
		if len(token.Bytes) > 0 && count(token.Bytes[0]) {
			return token.Range, true
		}
	}
	return hcl.Range{}, false
}
