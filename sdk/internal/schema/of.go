package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Of reads the schema off a struct type. Every exported field must be tagged (`oceanid:"-"` leaves one out). secret is the type whose fields are
// sensitive, and lists and maps of it.
func Of(t, secret reflect.Type) (*pluginv1.Block, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a configuration must be a struct, not %s", t)
	}
	block := &pluginv1.Block{}
	for f, tag := range fields(t) {
		if tag.err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, tag.err)
		}
		if tag.block {
			nested, err := nestedBlock(f, tag, secret)
			if err != nil {
				return nil, err
			}
			block.Blocks = append(block.Blocks, nested)
			continue
		}
		a, err := attribute(f, tag, secret)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		block.Attributes = append(block.Attributes, a)
	}
	return block, nil
}

func attribute(f reflect.StructField, tag tag, secret reflect.Type) (*pluginv1.Attribute, error) {
	typ, err := typeOf(f.Type)
	if err != nil {
		return nil, err
	}
	a := &pluginv1.Attribute{
		Name:      tag.name,
		Type:      typ,
		Required:  !tag.optional && tag.fallback == nil,
		Sensitive: holds(f.Type, secret),
		Doc:       f.Tag.Get("doc"),
		OneOf:     tag.oneOf,
	}
	if tag.fallback != nil {
		if a.DefaultJson, err = fallbackJSON(typ, *tag.fallback); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// holds tells whether values of type t are secrets, or lists or maps of them.
func holds(t, secret reflect.Type) bool {
	return t == secret || (t.Kind() == reflect.Slice || t.Kind() == reflect.Map) && holds(t.Elem(), secret)
}

func nestedBlock(f reflect.StructField, tag tag, secret reflect.Type) (*pluginv1.NestedBlock, error) {
	t, nested := f.Type, &pluginv1.NestedBlock{Name: tag.name, Required: !tag.optional}
	switch t.Kind() {
	case reflect.Pointer:
		t, nested.Required = t.Elem(), false
	case reflect.Slice:
		t, nested.Repeated = t.Elem(), true
	}
	inner, err := Of(t, secret)
	if err != nil {
		return nil, err
	}
	inner.Doc = f.Tag.Get("doc")
	nested.Block = inner
	return nested, nil
}

func typeOf(t reflect.Type) (*pluginv1.Type, error) {
	base := func(b pluginv1.Type_Base) (*pluginv1.Type, error) { return &pluginv1.Type{Base: b}, nil }
	if t == reflect.TypeFor[time.Duration]() {
		return base(pluginv1.Type_BASE_DURATION)
	}
	switch t.Kind() {
	case reflect.String:
		return base(pluginv1.Type_BASE_STRING)
	case reflect.Bool:
		return base(pluginv1.Type_BASE_BOOL)
	case reflect.Int, reflect.Int32, reflect.Int64:
		return base(pluginv1.Type_BASE_INT)
	case reflect.Float64:
		return base(pluginv1.Type_BASE_FLOAT)
	case reflect.Slice, reflect.Map:
		if t.Kind() == reflect.Map && t.Key().Kind() != reflect.String {
			return nil, fmt.Errorf("a map must have string keys, not %s", t.Key())
		}
		element, err := typeOf(t.Elem())
		if err != nil {
			return nil, err
		}
		kind := pluginv1.Type_BASE_LIST
		if t.Kind() == reflect.Map {
			kind = pluginv1.Type_BASE_MAP
		}
		return &pluginv1.Type{Base: kind, Element: element}, nil
	}
	return nil, fmt.Errorf("type %s cannot be configured; use string, bool, int, int64, float64, time.Duration, sdk.Secret, a list or map of them, or a block", t)
}

type tag struct {
	name            string
	optional, block bool
	fallback        *string
	oneOf           []string
	err             error
}

// fields goes through the tagged fields of a struct in their order.
func fields(t reflect.Type) func(func(reflect.StructField, tag) bool) {
	return func(yield func(reflect.StructField, tag) bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			text, ok := f.Tag.Lookup("oceanid")
			if !f.IsExported() || text == "-" {
				continue
			}
			parsed := parseTag(text)
			if !ok {
				parsed.err = fmt.Errorf(`the field has no oceanid tag; write oceanid:"name" or oceanid:"-"`)
			}
			if !yield(f, parsed) {
				return
			}
		}
	}
}

func parseTag(text string) (t tag) {
	name, rest, _ := strings.Cut(text, ",")
	t.name = name
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(name) {
		t.err = fmt.Errorf("%q is not a name: [a-z][a-z0-9_]*", name)
	}
	for rest != "" {
		var option string
		// A default may hold commas: it takes all the rest.
		if after, ok := strings.CutPrefix(rest, "default="); ok {
			t.fallback, rest = &after, ""
			continue
		}
		option, rest, _ = strings.Cut(rest, ",")
		switch {
		case option == "optional":
			t.optional = true
		case option == "block":
			t.block = true
		case strings.HasPrefix(option, "one_of="):
			t.oneOf = strings.Split(strings.TrimPrefix(option, "one_of="), "|")
		default:
			t.err = fmt.Errorf("unknown tag option %q; known: optional, block, one_of=a|b, default=…(last)", option)
		}
	}
	return t
}
