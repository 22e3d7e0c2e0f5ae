package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// FromStrings checks a configuration that was written on a command line: sets are what followed each --set, "key=value", and secrets what --secret
// brought from a prompt, standard input or the environment, by key. A key leads into nested blocks and maps with dots, transfer.chunk or env.HOME, and into repeated
// blocks with their place, disks.0.size; a key that is given again appends to a list. A secret among sets is refused, because arguments can be read by
// everybody on the machine, and so is a secret for what is none. The error is as that of FromMap.
func FromStrings(subject string, schema *pluginv1.Block, sets []string, secrets map[string]string) (Values, error) {
	given, err := Assignments(subject, schema, sets, secrets)
	if err != nil {
		return Values{}, err
	}
	return FromMap(subject, schema, given)
}

// Assignments is the first half of FromStrings: the map that FromMap takes. Names that the schema lacks are left to it.
func Assignments(subject string, schema *pluginv1.Block, sets []string, secrets map[string]string) (map[string]any, error) {
	if err := CheckSchema(schema); err != nil {
		return nil, err
	}
	a := assigner{schema: schema, top: map[string]any{}}
	for i, s := range sets {
		k, value, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			// What was written could be a secret that went astray.
			a.refuse("", "write --set key=value", "assignment %d of --set has no key and value", i+1)
			continue
		}
		a.set(k, value, false)
	}
	for _, k := range slices.Sorted(maps.Keys(secrets)) {
		a.set(k, secrets[k], true)
	}
	for i := range a.found {
		a.found[i].Subject = subject
	}
	if err := failure(a.found); err != nil {
		return nil, err
	}
	return a.top, nil
}

type assigner struct {
	schema *pluginv1.Block
	top    map[string]any
	found  []Diagnostic
}

func (a *assigner) refuse(key, hint, format string, args ...any) {
	a.found = append(a.found, Diagnostic{Key: key, Summary: fmt.Sprintf(format, args...), Hint: hint})
}

// set walks down the schema and the tree together, and makes the tree on its way.
func (a *assigner) set(k, value string, secret bool) {
	schema, here := a.schema, a.top
	words := strings.Split(k, ".")
	for len(words) > 0 {
		name := words[0]
		words = words[1:]
		if attr := attributeOf(schema, name); attr != nil {
			a.attribute(attr, here, k, words, value, secret)
			return
		}
		b := nestedOf(schema, name)
		if b == nil {
			// FromMap will say that nobody knows it.
			here[name] = ""
			return
		}
		if !b.GetRepeated() {
			here = child(here, name)
		} else if here, words = a.item(here, b, k, words); here == nil {
			return
		}
		schema = b.GetBlock()
	}
	a.refuse(k, fmt.Sprintf("set what is in it: %s.NAME=VALUE", k), "this is a block")
}

func (a *assigner) attribute(attr *pluginv1.Attribute, here map[string]any, k string, rest []string, value string, secret bool) {
	switch {
	case attr.GetSensitive() && !secret:
		a.refuse(k, fmt.Sprintf("give it with --secret %[1]s=- on standard input or --secret %[1]s=env:NAME, never as an argument", k), "this is a secret")
		return
	case secret && !attr.GetSensitive():
		a.refuse(k, fmt.Sprintf("give it with --set %s=VALUE", k), "this is no secret")
		return
	}
	name := attr.GetName()
	switch base := attr.GetType().GetBase(); {
	case base == pluginv1.Type_BASE_MAP && len(rest) == 0:
		a.refuse(k, fmt.Sprintf("set what is in it: %s.NAME=VALUE", k), "this is a map")
	case base == pluginv1.Type_BASE_MAP:
		// A key may have dots of its own.
		a.once(child(here, name), strings.Join(rest, "."), k, value)
	case len(rest) > 0:
		a.refuse(k, "", "%q holds nothing that could be set by itself", name)
	case base == pluginv1.Type_BASE_LIST:
		items, _ := here[name].([]any)
		here[name] = append(items, value)
	default:
		a.once(here, name, k, value)
	}
}

func (a *assigner) once(here map[string]any, name, k, value string) {
	if _, ok := here[name]; ok {
		a.refuse(k, "keep one of them", "this is given twice")
		return
	}
	here[name] = value
}

// item is the block of a list that a key names with a number, which has to follow the ones before it.
func (a *assigner) item(here map[string]any, b *pluginv1.NestedBlock, k string, words []string) (map[string]any, []string) {
	items, _ := here[b.GetName()].([]any)
	place := -1
	if len(words) > 0 {
		if p := dotted(words[0])[0]; p.kind == index {
			place = p.index
		}
	}
	switch {
	case place < 0:
		a.refuse(k, fmt.Sprintf("say which: %s.0.NAME=VALUE", b.GetName()), "there can be several of this block")
		return nil, nil
	case place > len(items):
		a.refuse(k, "count them from 0, in order", "there is no %s.%d before it", b.GetName(), len(items))
		return nil, nil
	case place == len(items):
		items = append(items, map[string]any{})
		here[b.GetName()] = items
	}
	return items[place].(map[string]any), words[1:]
}

func child(here map[string]any, name string) map[string]any {
	m, ok := here[name].(map[string]any)
	if !ok {
		m = map[string]any{}
		here[name] = m
	}
	return m
}
