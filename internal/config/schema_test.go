package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestCheckSchema(t *testing.T) {
	t.Parallel()
	str := typed(pluginv1.Type_BASE_STRING)
	of := func(a ...*pluginv1.Attribute) *pluginv1.Block { return &pluginv1.Block{Attributes: a} }
	deep := of()
	for range 20 {
		deep = &pluginv1.Block{Blocks: []*pluginv1.NestedBlock{{Name: "a", Block: deep}}}
	}
	list := str
	for range 20 {
		list = &pluginv1.Type{Base: pluginv1.Type_BASE_LIST, Element: list}
	}
	for name, c := range map[string]struct {
		schema *pluginv1.Block
		want   string
	}{
		"none":                 {nil, ""},
		"demo":                 {demo(), ""},
		"no name":              {of(&pluginv1.Attribute{Type: str}), `its top level names something ""`},
		"name of the terminal": {of(&pluginv1.Attribute{Name: "\x1b[2J", Type: str}), `names something "\x1b[2J"`},
		"name twice":           {&pluginv1.Block{Attributes: of(&pluginv1.Attribute{Name: "a", Type: str}).Attributes, Blocks: []*pluginv1.NestedBlock{{Name: "a"}}}, "a stands twice"},
		"no type":              {of(&pluginv1.Attribute{Name: "a"}), "a has the type BASE_UNSPECIFIED"},
		"newer type":           {of(&pluginv1.Attribute{Name: "a", Type: typed(99)}), "a has the type 99"},
		"list of nothing":      {of(&pluginv1.Attribute{Name: "a", Type: typed(pluginv1.Type_BASE_LIST)}), "a has the type BASE_UNSPECIFIED"},
		"default no JSON":      {of(&pluginv1.Attribute{Name: "a", Type: str, DefaultJson: []byte("{")}), "a has a default that is not JSON"},
		"default of no type":   {of(&pluginv1.Attribute{Name: "a", Type: str, DefaultJson: []byte("5")}), "a has a default that it would refuse itself: a must be text"},
		"default null":         {of(&pluginv1.Attribute{Name: "a", Type: str, DefaultJson: []byte("null")}), "a has a default that it would refuse itself"},
		"default not one of":   {of(&pluginv1.Attribute{Name: "a", Type: str, OneOf: []string{"x"}, DefaultJson: []byte(`"y"`)}), "a has a default"},
		"one of numbers":       {of(&pluginv1.Attribute{Name: "a", Type: typed(pluginv1.Type_BASE_INT), OneOf: []string{"1"}}), "not of strings"},
		"deep":                 {deep, "is nested deeper than 8"},
		"deep type":            {of(&pluginv1.Attribute{Name: "a", Type: list}), "a has a type nested deeper than 8"},
		"nested":               {&pluginv1.Block{Blocks: []*pluginv1.NestedBlock{{Name: "b", Block: of(&pluginv1.Attribute{Name: "a"})}}}, "b.a has the type"},
		"nothing in it":        {&pluginv1.Block{Attributes: []*pluginv1.Attribute{nil}, Blocks: []*pluginv1.NestedBlock{nil}}, "names something"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := config.CheckSchema(c.schema)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || fault.Blame(err) != fault.Driver || !errors.Is(err, fault.Internal) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := config.FromMap("", c.schema, nil); !errors.Is(err, fault.Internal) {
				t.Errorf("FromMap takes it: %v", err)
			}
			if _, err := config.FromStrings("", c.schema, nil, nil); !errors.Is(err, fault.Internal) {
				t.Errorf("FromStrings takes it: %v", err)
			}
		})
	}
}
