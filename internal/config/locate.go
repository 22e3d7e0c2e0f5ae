package config

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Locate puts a driver's objections to the configuration of a block at the places where it was written: each at the value that its path names, or at the
// nearest enclosing one that is there. The error, an *Error, holds all when one of them is an error. Otherwise they are returned as
// warnings. Secrets of the block are taken out of the driver's words.
func (f *File) Locate(b *Block, schema *pluginv1.Block, said []*pluginv1.Diagnostic) (warnings []Diagnostic, err error) {
	var secret json.RawMessage
	if CheckSchema(schema) == nil {
		values, _ := f.decode(b, schema)
		secret = values.Secret
	}
	return verdict(f.diagnostics(b, schema, marksOf(said, secret, func(p path) (hcl.Range, bool) { return inBody(b.body, b.head, p, false) })))
}

// Explain does what Locate does for a definition that does not come from a file: the texts name the subject, as in `scheduler "flood"`, and the
// key. secret is the secret part of the definition's values; what stands there is taken out of the driver's words.
func Explain(subject string, secret json.RawMessage, said []*pluginv1.Diagnostic) (warnings []Diagnostic, err error) {
	var all []Diagnostic
	for _, m := range marksOf(said, secret, func(path) (hcl.Range, bool) { return hcl.Range{}, true }) {
		all = append(all, Diagnostic{Warning: m.warning, Subject: subject, Key: m.key, Summary: m.summary, Hint: m.hint})
	}
	return verdict(all)
}

func verdict(all []Diagnostic) ([]Diagnostic, error) {
	if err := failure(all); err != nil {
		return nil, err
	}
	return inOrder(all), nil
}

func marksOf(said []*pluginv1.Diagnostic, secret json.RawMessage, at func(path) (hcl.Range, bool)) []mark {
	clean := Redactor(secret)
	var marks []mark
	for _, d := range said {
		p := pathOf(d.GetPath())
		place, exact := at(p)
		m := mark{
			at: place, key: clean(p.String()), summary: clean(oneLine(d.GetSummary())), hint: clean(oneLine(d.GetDetail())),
			warning: d.GetSeverity() == pluginv1.Diagnostic_SEVERITY_WARNING,
		}
		if m.summary == "" {
			m.summary = "the driver refuses this"
		}
		if !exact {
			// The place alone does not say what is meant.
			m.summary = m.key + ": " + m.summary
		}
		marks = append(marks, m)
	}
	return marks
}

// find is the range of what a path names in the block, or of the nearest enclosing thing that is there. name: that of the name rather than of the value.
func (b *Block) find(p path, name bool) hcl.Range {
	at, _ := inBody(b.body, b.head, p, name)
	return at
}

// inBody and the functions below walk down a path; they tell whether they came to its end.
func inBody(body hcl.Body, enclosing hcl.Range, p path, name bool) (at hcl.Range, exact bool) {
	if len(p) == 0 || p[0].kind == index {
		return enclosing, len(p) == 0
	}
	native, ok := body.(*hclsyntax.Body)
	if !ok {
		attributes, _ := body.JustAttributes()
		if a := attributes[p[0].name]; a != nil {
			return inAttribute(a.NameRange, a.Expr, p[1:], name)
		}
		return enclosing, false
	}
	if a := native.Attributes[p[0].name]; a != nil {
		return inAttribute(a.NameRange, a.Expr, p[1:], name)
	}
	wanted, rest := 0, p[1:]
	if len(rest) > 0 && rest[0].kind == index {
		wanted, rest = rest[0].index, rest[1:]
	}
	for _, block := range native.Blocks {
		if block.Type != p[0].name {
			continue
		}
		if wanted == 0 {
			if name && len(rest) == 0 {
				return block.TypeRange, true
			}
			return inBody(block.Body, block.DefRange(), rest, name)
		}
		wanted--
	}
	return enclosing, false
}

func inAttribute(at hcl.Range, e hcl.Expression, p path, name bool) (hcl.Range, bool) {
	if name && len(p) == 0 {
		return at, true
	}
	return inExpression(e, p, name)
}

func inExpression(e hcl.Expression, p path, name bool) (hcl.Range, bool) {
	if len(p) == 0 {
		return e.Range(), true
	}
	items, notList := hcl.ExprList(e)
	pairs, notMap := hcl.ExprMap(e)
	switch {
	case p[0].kind == index && !notList.HasErrors() && p[0].index < len(items):
		return inExpression(items[p[0].index], p[1:], name)
	case p[0].kind == index && !notMap.HasErrors() && p[0].index == 0:
		// In JSON a single block may stand without its list,
		return inExpression(e, p[1:], name)
	case p[0].kind != index && !notList.HasErrors() && len(items) > 0:
		// or a list be around it.
		return inExpression(items[0], p, name)
	case p[0].kind != index && !notMap.HasErrors():
		for _, pair := range pairs {
			if k, diags := pair.Key.Value(nil); !diags.HasErrors() && k.Type() == cty.String && !k.IsNull() && k.AsString() == p[0].name {
				return inAttribute(pair.Key.Range(), pair.Value, p[1:], name)
			}
		}
		return e.StartRange(), false
	}
	return e.Range(), false
}
