package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// checker holds a tree of values against a schema and collects what is wrong.
//
// The trees have one shape, wherever they come from: map[string]any for blocks and maps, []any for lists, and string, bool, json.Number and *big.Float for
// what stands in them; nil is what was left out. HCL adds the marks below.
type checker struct {
	// hcl: the author writes HCL, hints show its syntax.
	hcl   bool
	found []finding
}

// finding is a mistake at a path.
type finding struct {
	path path
	// name: it is the name that is wrong, not what it is set to.
	name          bool
	summary, hint string
}

// Marks that HCL's reader leaves in a tree.
type (
	// misplaced is a name that the schema does not know, or knows in the other form.
	misplaced struct{ block bool }
	// failed is an attribute that has no value because its expression failed, which was said already.
	failed struct{}
	// private is a value that came from env or file: a finding may not quote it.
	private struct{ value any }
)

func (c *checker) find(at path, name bool, hint, format string, args ...any) {
	c.found = append(c.found, finding{path: at, name: name, summary: fmt.Sprintf(format, args...), hint: hint})
}

// block checks what is given for a block and splits it. The secret tree is nil when there is nothing sensitive in it.
func (c *checker) block(schema *pluginv1.Block, given map[string]any, at path) (public, secret map[string]any) {
	public = map[string]any{}
	keep := func(name string, value any, sensitive bool) {
		if !sensitive {
			public[name] = value
			return
		}
		if secret == nil {
			secret = map[string]any{}
		}
		secret[name] = value
	}
	meant := c.unknown(schema, given, at)
	for _, a := range schema.GetAttributes() {
		if meant[a.GetName()] && given[a.GetName()] == nil && len(a.GetDefaultJson()) == 0 {
			// One mistake, and it was named.
			continue
		}
		if v, ok := c.attribute(a, given[a.GetName()], at.attribute(a.GetName())); ok {
			keep(a.GetName(), v, a.GetSensitive())
		}
	}
	for _, b := range schema.GetBlocks() {
		p, s := c.nested(b, given[b.GetName()], at.attribute(b.GetName()))
		if p != nil {
			keep(b.GetName(), p, false)
		}
		if s != nil {
			keep(b.GetName(), s, true)
		}
	}
	return public, secret
}

// attribute is the attribute's value in canonical form; false when it has none.
func (c *checker) attribute(a *pluginv1.Attribute, given any, at path) (any, bool) {
	quiet := a.GetSensitive()
	if p, ok := given.(private); ok {
		given, quiet = p.value, true
	}
	switch given := given.(type) {
	case failed:
		return nil, false
	case misplaced:
		c.find(at, true, asAttribute(a), "%s", notBlock(a))
		return nil, false
	case nil:
		if len(a.GetDefaultJson()) > 0 {
			// CheckSchema has seen that the default is JSON and passes.
			v, _ := tree(a.GetDefaultJson())
			return (&checker{}).value(a.GetType(), a, v, at, true)
		}
		if a.GetRequired() {
			c.find(at, true, c.add(a.GetName(), " = "+example(a.GetType()), a.GetDoc()), "%s is missing", at)
		}
		return nil, false
	default:
		return c.value(a.GetType(), a, given, at, quiet)
	}
}

// add is the hint at something missing: how HCL has it, and what it is for.
func (c *checker) add(name, form, doc string) string {
	hint := "add " + name
	if c.hcl {
		hint += form
	}
	if doc = strings.TrimSuffix(oneLine(doc), "."); doc != "" {
		hint += " (" + doc + ")"
	}
	return hint
}

// nested checks the blocks of one name. A repeated one gives []any, with a secret part of the same length when any of them has secrets.
func (c *checker) nested(b *pluginv1.NestedBlock, given any, at path) (public, secret any) {
	var all []any
	switch given := given.(type) {
	case nil:
	case []any:
		all = given
	case map[string]any:
		all = []any{given}
	case misplaced:
		// A block that is here all the same was dropped for its labels, which was said already.
		if !given.block {
			c.find(at, true, asBlock(b.GetName()), "%s", notAttribute(b.GetName()))
		}
		return nil, nil
	default:
		c.find(at, false, "", "%s must be a block of attributes, not %s", at, noun(given))
		return nil, nil
	}
	if len(all) == 0 {
		if b.GetRequired() {
			c.find(at, true, c.add(b.GetName(), " { … }", b.GetBlock().GetDoc()), "%s is missing", at)
		}
		return nil, nil
	}
	if !b.GetRepeated() && len(all) > 1 {
		c.find(at.at(1), true, "keep one of them", "%s may be there only once", at)
		return nil, nil
	}
	publics, secrets, sensitive := make([]any, len(all)), make([]any, len(all)), false
	for i, v := range all {
		here := at
		if b.GetRepeated() {
			here = at.at(i)
		}
		m, ok := v.(map[string]any)
		if !ok {
			c.find(here, false, "", "%s must be a block of attributes, not %s", here, noun(v))
			continue
		}
		p, s := c.block(b.GetBlock(), m, here)
		publics[i], secrets[i] = p, map[string]any{}
		if s != nil {
			secrets[i], sensitive = s, true
		}
	}
	switch {
	case !b.GetRepeated() && sensitive:
		return publics[0], secrets[0]
	case !b.GetRepeated():
		return publics[0], nil
	case sensitive:
		return publics, secrets
	}
	return publics, nil
}

// unknown finds the names that the schema lacks, and tells which were probably meant.
func (c *checker) unknown(schema *pluginv1.Block, given map[string]any, at path) (meant map[string]bool) {
	meant = map[string]bool{}
	attributes, blocks := names(schema)
	known := slices.Concat(attributes, blocks)
	for name, v := range given {
		if v == nil || slices.Contains(known, name) {
			continue
		}
		what, likely := "attribute", slices.Concat(attributes, blocks)
		if m, ok := v.(misplaced); ok && m.block {
			what, likely = "block", slices.Concat(blocks, attributes)
		}
		meant[nearest(name, likely)] = true
		c.find(at.attribute(name), true, suggestion(name, likely), "there is no %s %q here", what, name)
	}
	return meant
}

// The words for a name in the wrong form.
func notBlock(a *pluginv1.Attribute) string {
	return fmt.Sprintf("%q is an attribute, not a block", a.GetName())
}
func asAttribute(a *pluginv1.Attribute) string {
	return "write " + a.GetName() + " = " + example(a.GetType())
}
func notAttribute(name string) string { return fmt.Sprintf("%q is a block, not an attribute", name) }
func asBlock(name string) string      { return "write " + name + " { … }" }
