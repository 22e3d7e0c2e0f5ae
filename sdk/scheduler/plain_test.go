package scheduler_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Whatever a node can have besides a name, a job and After is named; a field that is added later is not forgotten.
func TestCheckPlainNamesWhatIsBeyondIt(t *testing.T) {
	t.Parallel()
	plain := map[string]bool{"Name": true, "Job": true, "After": true, "Splice": true}
	kind := reflect.TypeFor[scheduler.Node]()
	for i := range kind.NumField() {
		field := kind.Field(i)
		if plain[field.Name] {
			continue
		}
		node := scheduler.Node{Name: "a", Job: scheduler.Job{Command: "true"}}
		set(reflect.ValueOf(&node).Elem().Field(i))
		err := scheduler.Workflow{Nodes: []scheduler.Node{node}}.CheckPlain()
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !errors.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: %v", field.Name, err)
		}
	}
	w := scheduler.Workflow{Nodes: []scheduler.Node{{Name: "a", Job: scheduler.Job{Command: "true"}}, {Name: "b", Job: scheduler.Job{Command: "true"}, After: []string{"a"}}}}
	if err := w.CheckPlain(); err != nil {
		t.Errorf("a plain one: %v", err)
	}
	for name, change := range map[string]func(*scheduler.Workflow){
		"options":   func(w *scheduler.Workflow) { w.Options = map[string]any{"x": 1} },
		"throttles": func(w *scheduler.Workflow) { w.Throttles = map[string]int{"x": 1} },
		"max_nodes": func(w *scheduler.Workflow) { w.MaxNodes = 1 },
	} {
		other := w
		change(&other)
		if err := other.CheckPlain(); !errors.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// set gives a field a value that is not its zero.
func set(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf("y"))
	}
}
