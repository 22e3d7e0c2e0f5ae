package config

import (
	"math/big"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// reader evaluates a body into the tree that a checker takes.
//
// It asks HCL for content and expressions itself instead of through hcldec: an expression must be known to be a secret before the messages that HCL
// makes about it can be printed, and what is missing or misspelled is described in the words of the schema.
type reader struct {
	text  *text
	eval  *hcl.EvalContext
	marks []mark
}

// mark is something to say about a range of the source.
type mark struct {
	at            hcl.Range
	key           string
	summary, hint string
	warning       bool
}

func (r *reader) body(body hcl.Body, schema *pluginv1.Block) map[string]any {
	if at, ok := object(body); !ok {
		r.marks = append(r.marks, mark{at: at, summary: "a JSON object is required here"})
		return nil
	}
	content, _, diags := body.PartialContent(bodySchema(schema))
	r.hcl(diags, false)
	tree := map[string]any{}
	for _, n := range namesIn(body) {
		// In JSON every name can begin a block.
		if !r.text.json || nestedOf(schema, n.name) == nil {
			tree[n.name] = misplaced{block: n.block}
		}
	}
	for _, a := range schema.GetAttributes() {
		if found, ok := content.Attributes[a.GetName()]; ok {
			tree[a.GetName()] = r.expression(found.Expr, a.GetSensitive())
		}
	}
	for _, b := range content.Blocks {
		if before, ok := tree[b.Type].([]any); ok {
			tree[b.Type] = append(before, r.body(b.Body, nestedOf(schema, b.Type).GetBlock()))
		} else {
			tree[b.Type] = []any{r.body(b.Body, nestedOf(schema, b.Type).GetBlock())}
		}
	}
	for _, n := range namesIn(body) {
		// The native syntax lets a name stand in both forms. The tree has the right one, and no room for the other.
		if _, placed := tree[n.name].(misplaced); placed || r.text.json {
			continue
		}
		if a := attributeOf(schema, n.name); n.block && a != nil {
			r.marks = append(r.marks, mark{at: n.at, key: n.name, summary: notBlock(a), hint: asAttribute(a)})
		} else if b := nestedOf(schema, n.name); !n.block && b != nil {
			r.marks = append(r.marks, mark{at: n.at, key: n.name, summary: notAttribute(n.name), hint: asBlock(n.name)})
		}
	}
	return tree
}

func (r *reader) expression(e hcl.Expression, sensitive bool) any {
	computed := r.text.computed(e)
	v, diags := e.Value(r.eval)
	r.hcl(diags, sensitive || computed)
	if diags.HasErrors() {
		return failed{}
	}
	given, ok := fromCty(v)
	switch {
	case !ok:
		r.marks = append(r.marks, mark{at: e.Range(), summary: "this expression has no value that is known here"})
		return failed{}
	case given != nil && computed:
		return private{given}
	}
	return given
}

// hcl takes over what HCL itself found. quiet: the details may quote a secret and are left out.
func (r *reader) hcl(diags hcl.Diagnostics, quiet bool) {
	for _, d := range diags {
		r.marks = append(r.marks, r.text.said(d, quiet))
	}
}

// fromCty is an evaluated expression as the checker takes it; false when it is not wholly known.
func fromCty(v cty.Value) (any, bool) {
	if v.IsNull() {
		return nil, true
	}
	if !v.IsWhollyKnown() || v.IsMarked() {
		return nil, false
	}
	switch t := v.Type(); {
	case t == cty.String:
		return v.AsString(), true
	case t == cty.Bool:
		return v.True(), true
	case t == cty.Number:
		return new(big.Float).Copy(v.AsBigFloat()), true
	case t.IsListType(), t.IsTupleType(), t.IsSetType():
		items := []any{}
		for _, item := range v.Elements() {
			given, ok := fromCty(item)
			if !ok {
				return nil, false
			}
			items = append(items, given)
		}
		return items, true
	case t.IsMapType(), t.IsObjectType():
		items := map[string]any{}
		for k, item := range v.Elements() {
			given, ok := fromCty(item)
			if !ok {
				return nil, false
			}
			items[k.AsString()] = given
		}
		return items, true
	}
	return nil, false
}

func bodySchema(schema *pluginv1.Block) *hcl.BodySchema {
	attributes, blocks := names(schema)
	s := &hcl.BodySchema{}
	for _, n := range attributes {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: n})
	}
	for _, n := range blocks {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: n})
	}
	return s
}

// named is a name that a body holds. In JSON attributes and blocks look the same and count as attributes.
type named struct {
	name  string
	block bool
	at    hcl.Range
	// value is what stands behind the name: expr, or body in braces.
	value hcl.Range
	expr  hcl.Expression
	body  hcl.Body
}

// namesIn are the names in a body, whatever its schema.
func namesIn(body hcl.Body) []named {
	var all []named
	if native, ok := body.(*hclsyntax.Body); ok {
		for _, a := range native.Attributes {
			all = append(all, named{name: a.Name, at: a.NameRange, value: a.Expr.Range(), expr: a.Expr})
		}
		for _, b := range native.Blocks {
			value := hcl.RangeBetween(b.OpenBraceRange, b.CloseBraceRange)
			all = append(all, named{name: b.Type, block: true, at: b.TypeRange, value: value, body: b.Body})
		}
		return all
	}
	// Only JSON remains.
	attributes, _ := body.JustAttributes()
	for _, a := range attributes {
		all = append(all, named{name: a.Name, at: a.NameRange, value: a.Expr.Range(), expr: a.Expr})
	}
	return all
}

// object tells whether a body is one of JSON that is no object, and where it begins. HCL would also take a list of objects, but not say what is unknown
// in it.
func object(body hcl.Body) (begin hcl.Range, ok bool) {
	if _, native := body.(*hclsyntax.Body); native {
		return hcl.Range{}, true
	}
	_, diags := body.JustAttributes()
	for _, d := range diags {
		if d.Subject != nil && d.Summary == "Incorrect JSON value type" {
			return *d.Subject, false
		}
	}
	return hcl.Range{}, true
}

var (
	outside  = regexp.MustCompile(`\b(env|file)\b`)
	template = regexp.MustCompile(`[$%]\{|\\u`)
)

// computed tells whether an expression's value may come from env or file. In JSON any template counts, because escapes can hide a call.
func (t *text) computed(e hcl.Expression) bool {
	source := e.Range().SliceBytes(t.source)
	if t.json {
		return template.Match(source)
	}
	return outside.Match(source)
}
