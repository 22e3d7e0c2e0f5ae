package config

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// value is given in the canonical form of its type; false, and a finding, when it does not fit. quiet: the finding may not quote it.
func (c *checker) value(t *pluginv1.Type, a *pluginv1.Attribute, given any, at path, quiet bool) (any, bool) {
	wrong := func(hint string) (any, bool) {
		c.find(at, false, hint, "%s must be %s, not %s", at, article(t), noun(given))
		return nil, false
	}
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		s, ok := given.(string)
		if !ok {
			return wrong(c.quoting(given))
		}
		return c.text(a, s, at, quiet)
	case pluginv1.Type_BASE_BOOL:
		switch given {
		case true, "true":
			return true, true
		case false, "false":
			return false, true
		}
		return wrong("")
	case pluginv1.Type_BASE_INT:
		n, ok := number(given)
		if !ok {
			return wrong("")
		}
		i, exact := n.Int64()
		switch {
		case !n.IsInt():
			c.find(at, false, "", "%s must be a whole number", at)
			return nil, false
		case exact != big.Exact:
			c.find(at, false, "", "%s must lie between -2^63 and 2^63-1", at)
			return nil, false
		}
		return json.Number(strconv.FormatInt(i, 10)), true
	case pluginv1.Type_BASE_FLOAT:
		n, ok := number(given)
		if !ok {
			return wrong("")
		}
		f, _ := n.Float64()
		if math.IsInf(f, 0) {
			c.find(at, false, "", "%s is too large", at)
			return nil, false
		}
		return f, true
	case pluginv1.Type_BASE_DURATION:
		return c.duration(given, at, quiet)
	case pluginv1.Type_BASE_LIST:
		return c.list(t, a, given, at, quiet)
	case pluginv1.Type_BASE_MAP:
		return c.mapping(t, a, given, at, quiet)
	case pluginv1.Type_BASE_UNSPECIFIED:
		return c.option(a, given, at, quiet)
	}
	return wrong("")
}

// option is a pool's own option: a text, a bool, a number or a list of texts. No driver's schema can ask for one.
func (c *checker) option(a *pluginv1.Attribute, given any, at path, quiet bool) (any, bool) {
	base := pluginv1.Type_BASE_STRING
	switch given.(type) {
	case bool:
		base = pluginv1.Type_BASE_BOOL
	case *big.Float, json.Number:
		base = pluginv1.Type_BASE_FLOAT
	case []any:
		return c.list(listType(&pluginv1.Type{Base: base}), a, given, at, quiet)
	case map[string]any:
		c.find(at, false, "", "%s must be text, a number, true or false, or a list of texts, not a map", at)
		return nil, false
	}
	return c.value(&pluginv1.Type{Base: base}, a, given, at, quiet)
}

func (c *checker) text(a *pluginv1.Attribute, s string, at path, quiet bool) (any, bool) {
	if !utf8.ValidString(s) {
		c.find(at, false, "encode binary data, for instance with base64", "%s must be text in UTF-8", at)
		return nil, false
	}
	allowed := a.GetOneOf()
	if len(allowed) == 0 || slices.Contains(allowed, s) {
		return s, true
	}
	hint := ""
	if k := nearest(s, allowed); k != "" && !quiet {
		hint = fmt.Sprintf("did you mean %q?", k)
	}
	c.find(at, false, hint, "%s must be %s", at, list(allowed, "or"))
	return nil, false
}

func (c *checker) list(t *pluginv1.Type, a *pluginv1.Attribute, given any, at path, quiet bool) (any, bool) {
	items, ok := given.([]any)
	if !ok {
		hint := ""
		if c.hcl {
			hint = "write " + example(t)
		}
		c.find(at, false, hint, "%s must be %s, not %s", at, article(t), noun(given))
		return nil, false
	}
	all, fine := make([]any, len(items)), true
	for i, item := range items {
		all[i], ok = c.element(t, a, item, at.at(i), quiet)
		fine = fine && ok
	}
	return all, fine
}

func (c *checker) mapping(t *pluginv1.Type, a *pluginv1.Attribute, given any, at path, quiet bool) (any, bool) {
	items, ok := given.(map[string]any)
	if !ok {
		hint := ""
		if c.hcl {
			hint = "write " + example(t)
		}
		c.find(at, false, hint, "%s must be %s, not %s", at, article(t), noun(given))
		return nil, false
	}
	all, fine := make(map[string]any, len(items)), true
	for k, item := range items {
		here := at.key(k)
		if quiet {
			// A computed key could be a secret as well as a value.
			here = at
		}
		if !utf8.ValidString(k) {
			c.find(at, false, "", "%s has a key that is not text in UTF-8", at)
			fine = false
			continue
		}
		all[k], ok = c.element(t, a, item, here, quiet)
		fine = fine && ok
	}
	return all, fine
}

func (c *checker) element(t *pluginv1.Type, a *pluginv1.Attribute, item any, at path, quiet bool) (any, bool) {
	if item == nil {
		c.find(at, false, "leave it out", "%s must be %s, not null", at, article(t.GetElement()))
		return nil, false
	}
	return c.value(t.GetElement(), a, item, at, quiet)
}

// number reads a number; text counts when it is a plain decimal, because env gives nothing else.
func number(given any) (*big.Float, bool) {
	var text string
	switch given := given.(type) {
	case *big.Float:
		return given, true
	case json.Number:
		text = given.String()
	case string:
		text = strings.TrimSpace(given)
		// big knows notations that HCL does not: Inf, hexadecimal, underscores.
		if strings.Trim(text, "+-.0123456789eE") != "" {
			return nil, false
		}
	default:
		return nil, false
	}
	// The precision that HCL itself reads numbers with.
	n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	return n, err == nil
}

// article is a type in words, with its article.
func article(t *pluginv1.Type) string {
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		return "text"
	case pluginv1.Type_BASE_BOOL:
		return "true or false"
	case pluginv1.Type_BASE_INT:
		return "a whole number"
	case pluginv1.Type_BASE_FLOAT:
		return "a number"
	case pluginv1.Type_BASE_DURATION:
		return "a duration"
	case pluginv1.Type_BASE_LIST:
		return "a list"
	case pluginv1.Type_BASE_MAP:
		return "a map"
	}
	return "something else"
}

// noun is what kind of thing a value is.
func noun(given any) string {
	switch given := given.(type) {
	case string:
		return "text"
	case bool:
		return "a bool"
	case *big.Float, json.Number:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	case strange:
		return string(given)
	case nil:
		return "null"
	}
	return "something else"
}

func (c *checker) quoting(given any) string {
	switch given.(type) {
	case bool, *big.Float:
		if c.hcl {
			return "put it in quotes"
		}
	}
	return ""
}

// example is how a value of the type is written in HCL.
func example(t *pluginv1.Type) string {
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		return `"…"`
	case pluginv1.Type_BASE_BOOL:
		return "true"
	case pluginv1.Type_BASE_DURATION:
		return `"30s"`
	case pluginv1.Type_BASE_LIST:
		return "[" + example(t.GetElement()) + "]"
	case pluginv1.Type_BASE_MAP:
		return "{ name = " + example(t.GetElement()) + " }"
	}
	return "…"
}
