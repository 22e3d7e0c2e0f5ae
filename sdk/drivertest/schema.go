package drivertest

import (
	"encoding/json"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// fits tells whether JSON is a value of a type of the schema.
func fits(t *pluginv1.Type, text []byte) bool {
	into := func(v any) bool { return json.Unmarshal(text, v) == nil }
	if string(text) == "null" {
		return false
	}
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		return into(new(string))
	case pluginv1.Type_BASE_BOOL:
		return into(new(bool))
	case pluginv1.Type_BASE_INT:
		return into(new(int64))
	case pluginv1.Type_BASE_FLOAT:
		return into(new(float64))
	case pluginv1.Type_BASE_DURATION:
		var span string
		if !into(&span) {
			return false
		}
		_, err := time.ParseDuration(span)
		return err == nil
	case pluginv1.Type_BASE_LIST:
		var items []json.RawMessage
		if !into(&items) {
			return false
		}
		for _, item := range items {
			if !fits(t.GetElement(), item) {
				return false
			}
		}
		return true
	case pluginv1.Type_BASE_MAP:
		var items map[string]json.RawMessage
		if !into(&items) {
			return false
		}
		for _, item := range items {
			if !fits(t.GetElement(), item) {
				return false
			}
		}
		return true
	}
	return false
}
