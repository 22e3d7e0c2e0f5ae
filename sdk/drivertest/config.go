package drivertest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
)

// fill fills the schema's defaults into a configuration, as a host does.
func fill(schema *pluginv1.Block, config json.RawMessage) (json.RawMessage, error) {
	given := map[string]json.RawMessage{}
	if err := json.Unmarshal(config, &given); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", err)
	}
	for _, a := range schema.GetAttributes() {
		// A default that is none is for another check to find.
		if _, there := given[a.GetName()]; !there && len(a.GetDefaultJson()) > 0 && fits(a.GetType(), a.GetDefaultJson()) {
			given[a.GetName()] = a.GetDefaultJson()
		}
	}
	return json.Marshal(given)
}

// canonical makes the JSON that crosses the wire out of a configuration as a Go test writes it: JSON already, a map, or the driver's own struct, whose
// secrets are revealed.
func canonical(config any) (json.RawMessage, error) {
	switch c := config.(type) {
	case nil:
		return json.RawMessage("{}"), nil
	case json.RawMessage:
		return c, nil
	case []byte:
		return c, nil
	case string:
		return json.RawMessage(c), nil
	}
	tree, err := tree(reflect.ValueOf(config))
	if err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

func tree(v reflect.Value) (any, error) {
	switch known := v.Interface().(type) {
	case time.Duration:
		return known.String(), nil
	case sdk.Secret:
		return known.Reveal(), nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		return tree(v.Elem())
	case reflect.Struct:
		return object(v)
	case reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			item, err := tree(v.Index(i))
			if err != nil {
				return nil, err
			}
			items[i] = item
		}
		return items, nil
	case reflect.Map:
		items := map[string]any{}
		for _, key := range v.MapKeys() {
			item, err := tree(v.MapIndex(key))
			if err != nil {
				return nil, err
			}
			items[key.String()] = item
		}
		return items, nil
	}
	return v.Interface(), nil
}

// object leaves out what is zero: the schema's default holds then.
func object(v reflect.Value) (any, error) {
	members := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("oceanid"), ",")
		switch {
		case name == "-" || !field.IsExported():
			continue
		case name == "":
			return nil, fmt.Errorf("%s.%s has no oceanid tag", v.Type(), field.Name)
		case v.Field(i).IsZero():
			continue
		}
		member, err := tree(v.Field(i))
		if err != nil {
			return nil, err
		}
		members[name] = member
	}
	return members, nil
}
