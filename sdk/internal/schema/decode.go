package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Decode reads canonical JSON into a struct that [Of] accepted, filling in defaults. It is strict: an unknown or missing name, or a value of another
// type, is a diagnostic with its path; all are told at once. Values never appear in them: they may be secrets.
func Decode(config []byte, into reflect.Value) []*pluginv1.Diagnostic {
	var d decoder
	tree, err := parse(config)
	if err != nil {
		d.refuse(nil, "the configuration is not JSON", "this is a defect of the host")
		return d.found
	}
	object, ok := tree.(map[string]any)
	if !ok {
		d.refuse(nil, "the configuration is not a JSON object", "this is a defect of the host")
		return d.found
	}
	d.block(nil, object, into)
	return d.found
}

func parse(config []byte) (any, error) {
	reader := json.NewDecoder(bytes.NewReader(config))
	reader.UseNumber()
	var tree any
	if err := reader.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := reader.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	return tree, nil
}

type path []*pluginv1.Step

func (p path) attribute(name string) path {
	return append(slices.Clone(p), &pluginv1.Step{Step: &pluginv1.Step_Attribute{Attribute: name}})
}

func (p path) index(i int) path {
	return append(slices.Clone(p), &pluginv1.Step{Step: &pluginv1.Step_Index{Index: int64(i)}})
}

func (p path) key(k string) path {
	return append(slices.Clone(p), &pluginv1.Step{Step: &pluginv1.Step_Key{Key: k}})
}

type decoder struct{ found []*pluginv1.Diagnostic }

func (d *decoder) refuse(at path, summary, detail string) {
	d.found = append(d.found, &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_ERROR, Summary: summary, Detail: detail, Path: at})
}

func (d *decoder) block(at path, object map[string]any, into reflect.Value) {
	known := map[string]bool{}
	for f, tag := range fields(into.Type()) {
		known[tag.name] = true
		here, field := at.attribute(tag.name), into.FieldByIndex(f.Index)
		value, given := object[tag.name]
		if value == nil {
			given = false
		}
		switch {
		case !given && tag.fallback != nil:
			// Of has proved that the default is one.
			typ, _ := typeOf(f.Type)
			text, _ := fallbackJSON(typ, *tag.fallback)
			tree, _ := parse(text)
			d.value(here, tree, field)
		case !given && (tag.optional || f.Type.Kind() == reflect.Pointer):
		case !given:
			d.refuse(at, fmt.Sprintf("%s is missing", tag.name), f.Tag.Get("doc"))
		case tag.block:
			d.nested(here, value, field)
		default:
			d.value(here, value, field)
			if len(tag.oneOf) > 0 && !slices.Contains(tag.oneOf, field.String()) {
				d.refuse(here, fmt.Sprintf("%s must be one of %q", tag.name, tag.oneOf), "")
			}
		}
	}
	for name := range object {
		if !known[name] {
			d.refuse(at, fmt.Sprintf("%q is not known", name), "")
		}
	}
}

func (d *decoder) nested(at path, value any, field reflect.Value) {
	switch field.Kind() {
	case reflect.Slice:
		items, ok := value.([]any)
		if !ok {
			d.refuse(at, "must be a list of blocks", "")
			return
		}
		field.Set(reflect.MakeSlice(field.Type(), len(items), len(items)))
		for i, item := range items {
			d.nested(at.index(i), item, field.Index(i))
		}
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		d.nested(at, value, field.Elem())
	default:
		object, ok := value.(map[string]any)
		if !ok {
			d.refuse(at, "must be a block", "")
			return
		}
		d.block(at, object, field)
	}
}

func (d *decoder) value(at path, value any, field reflect.Value) {
	if field.Type() == reflect.TypeFor[time.Duration]() {
		text, ok := value.(string)
		span, err := time.ParseDuration(text)
		if !ok || err != nil {
			d.refuse(at, `must be a duration such as "30s"`, "")
			return
		}
		field.SetInt(int64(span))
		return
	}
	switch field.Kind() {
	case reflect.String:
		text, ok := value.(string)
		d.expect(ok, at, "must be a string")
		field.SetString(text)
	case reflect.Bool:
		b, ok := value.(bool)
		d.expect(ok, at, "must be true or false")
		field.SetBool(b)
	case reflect.Int, reflect.Int32, reflect.Int64:
		number, _ := value.(json.Number)
		n, err := number.Int64()
		if d.expect(err == nil && !field.OverflowInt(n), at, "must be a whole number") {
			field.SetInt(n)
		}
	case reflect.Float64:
		number, _ := value.(json.Number)
		n, err := number.Float64()
		d.expect(err == nil, at, "must be a number")
		field.SetFloat(n)
	case reflect.Slice:
		items, ok := value.([]any)
		d.expect(ok, at, "must be a list")
		field.Set(reflect.MakeSlice(field.Type(), len(items), len(items)))
		for i, item := range items {
			d.value(at.index(i), item, field.Index(i))
		}
	case reflect.Map:
		items, ok := value.(map[string]any)
		d.expect(ok, at, "must be a map")
		field.Set(reflect.MakeMap(field.Type()))
		for key, item := range items {
			element := reflect.New(field.Type().Elem()).Elem()
			d.value(at.key(key), item, element)
			field.SetMapIndex(reflect.ValueOf(key).Convert(field.Type().Key()), element)
		}
	}
}

func (d *decoder) expect(ok bool, at path, otherwise string) bool {
	if !ok {
		d.refuse(at, otherwise, "")
	}
	return ok
}
