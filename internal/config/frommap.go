package config

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// FromMap checks a configuration that a program gives, with the checks and hints that Decode has; a *Error names the subject, as in `scheduler "flood"`, and the
// key. Values are strings, bools, integers, floats, json.Number, time.Duration (or its text), types made of these, slices of them, and maps with strings as
// keys; a nested block is a map, repeated ones a slice of maps; nil, also in a pointer, is left out. given is only read.
func FromMap(subject string, schema *pluginv1.Block, given map[string]any) (Values, error) {
	if err := CheckSchema(schema); err != nil {
		return Values{}, err
	}
	top, ok := fromGo(reflect.ValueOf(given), 0).(map[string]any)
	if !ok {
		top = map[string]any{}
	}
	c := checker{}
	public, secret := c.block(schema, top, nil)
	var all []Diagnostic
	for _, found := range c.found {
		all = append(all, Diagnostic{Subject: subject, Key: found.path.String(), Summary: found.summary, Hint: found.hint})
	}
	if err := failure(all); err != nil {
		return Values{}, err
	}
	return split(public, secret)
}

// strange is a value that no configuration holds, in words. The checker refuses it, whatever the schema says.
type strange string

// fromGo is a Go value as a checker takes it.
func fromGo(v reflect.Value, depth int) any {
	if !v.IsValid() {
		return nil
	}
	if depth > 4*maxDepth {
		// A map that contains itself.
		return strange("something endless")
	}
	if v.CanInterface() {
		switch v := v.Interface().(type) {
		case time.Duration:
			return v.String()
		case json.Number:
			return v
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return fromGo(v.Elem(), depth+1)
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return new(big.Float).SetInt64(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return new(big.Float).SetUint64(v.Uint())
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return big.NewFloat(f)
		}
		return strange("NaN or infinity")
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i] = fromGo(v.Index(i), depth+1)
		}
		return items
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		if v.Type().Key().Kind() != reflect.String {
			break
		}
		items := make(map[string]any, v.Len())
		for k, item := range v.Seq2() {
			items[k.String()] = fromGo(item, depth+1)
		}
		return items
	}
	return strange("a Go " + v.Type().String())
}
