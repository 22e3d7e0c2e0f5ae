package config

import (
	"regexp"
	"slices"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Limits of a schema, far above what a person would configure. A driver that exceeds them is broken.
const (
	maxDepth = 8
	maxNames = 1000
)

var schemaName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// CheckSchema tells what is wrong with a schema that a driver published: names that break the protocol's rule or stand twice, types without a meaning,
// a default that its own attribute would refuse. Every function of this package that takes a schema does this first. The error is the driver's
// (fault.Blame) and fault.Internal. A nil schema is one without attributes.
func CheckSchema(schema *pluginv1.Block) error {
	return checkBlock(schema, nil)
}

func checkBlock(schema *pluginv1.Block, at path) error {
	if len(at) > maxDepth {
		return broken(at, "is nested deeper than %d", maxDepth)
	}
	if len(schema.GetAttributes())+len(schema.GetBlocks()) > maxNames {
		return broken(at, "holds more than %d names", maxNames)
	}
	seen := map[string]bool{}
	once := func(name string) error {
		switch {
		case !schemaName.MatchString(name):
			return broken(at, "names something %q; names are of a-z, 0-9 and _ and begin with a letter", name)
		case seen[name]:
			return broken(at.attribute(name), "stands twice")
		}
		seen[name] = true
		return nil
	}
	for _, a := range schema.GetAttributes() {
		if err := once(a.GetName()); err != nil {
			return err
		}
		if err := checkAttribute(a, at.attribute(a.GetName())); err != nil {
			return err
		}
	}
	for _, b := range schema.GetBlocks() {
		if err := once(b.GetName()); err != nil {
			return err
		}
		if err := checkBlock(b.GetBlock(), at.attribute(b.GetName())); err != nil {
			return err
		}
	}
	return nil
}

func checkAttribute(a *pluginv1.Attribute, at path) error {
	leaf := a.GetType()
	for depth := 0; leaf.GetBase() == pluginv1.Type_BASE_LIST || leaf.GetBase() == pluginv1.Type_BASE_MAP; depth++ {
		if depth == maxDepth {
			return broken(at, "has a type nested deeper than %d", maxDepth)
		}
		leaf = leaf.GetElement()
	}
	switch leaf.GetBase() {
	case pluginv1.Type_BASE_STRING, pluginv1.Type_BASE_BOOL, pluginv1.Type_BASE_INT, pluginv1.Type_BASE_FLOAT, pluginv1.Type_BASE_DURATION:
	default:
		return broken(at, "has the type %v, which is unknown here", leaf.GetBase())
	}
	if len(a.GetOneOf()) > 0 && leaf.GetBase() != pluginv1.Type_BASE_STRING {
		return broken(at, "names the strings that are allowed, but is not of strings")
	}
	if len(a.GetDefaultJson()) == 0 {
		return nil
	}
	v, err := tree(a.GetDefaultJson())
	if err != nil {
		return broken(at, "has a default that is not JSON")
	}
	c := checker{}
	if c.value(a.GetType(), a, v, at, true); len(c.found) > 0 {
		return broken(at, "has a default that it would refuse itself: %s", c.found[0].summary)
	}
	return nil
}

func broken(at path, format string, args ...any) error {
	where := "its top level"
	if len(at) > 0 {
		where = at.String()
	}
	return fault.By(fault.Driver, fault.Internal.New("the driver's schema is broken: "+where+" "+format, args...))
}

// names are those of a schema's attributes and blocks, in its order.
func names(schema *pluginv1.Block) (attributes, blocks []string) {
	for _, a := range schema.GetAttributes() {
		attributes = append(attributes, a.GetName())
	}
	for _, b := range schema.GetBlocks() {
		blocks = append(blocks, b.GetName())
	}
	return attributes, blocks
}

func attributeOf(schema *pluginv1.Block, name string) *pluginv1.Attribute {
	for _, a := range schema.GetAttributes() {
		if a.GetName() == name {
			return a
		}
	}
	return nil
}

func nestedOf(schema *pluginv1.Block, name string) *pluginv1.NestedBlock {
	for _, b := range schema.GetBlocks() {
		if b.GetName() == name {
			return b
		}
	}
	return nil
}

// without is the schema without the blocks of a name; "": all of it.
func without(schema *pluginv1.Block, name string) *pluginv1.Block {
	if name == "" {
		return schema
	}
	return &pluginv1.Block{
		Attributes: schema.GetAttributes(), Doc: schema.GetDoc(),
		Blocks: slices.DeleteFunc(slices.Clone(schema.GetBlocks()), func(b *pluginv1.NestedBlock) bool { return b.GetName() == name }),
	}
}
