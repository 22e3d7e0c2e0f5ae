package config_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestFromMap(t *testing.T) {
	t.Parallel()
	type colour string
	decomposed := "pa\u0308ssword" // HCL would compose it; a program's secret has to arrive as it is.
	var unset *int
	port := uint16(2222)
	got, err := config.FromMap("", demo(), map[string]any{
		"host":     colour("pool"),
		"port":     &port,
		"username": unset,
		"password": sdk.Secret(decomposed),
		"token":    nil,
		"timeout":  90 * time.Second,
		"ratio":    float32(0.5),
		"verify":   "false",
		"queues":   []colour{"fast"},
		"weights":  []any{int64(math.MaxInt64), uint8(1), json.Number("-5"), "7"},
		"tags":     map[colour]any{"a": "b"},
		"transfer": map[string]any{"chunk": 1 << 20},
		"disk":     []map[string]any{{"name": "one"}, {"name": "two", "key": "k"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const public = `{"disk":[{"name":"one"},{"name":"two"}],"host":"pool","port":2222,"queues":["fast"],"ratio":0.5,"tags":{"a":"b"},"timeout":"1m30s",` +
		`"transfer":{"chunk":1048576,"mode":"safe"},"transport":"ssh","verify":false,"weights":[9223372036854775807,1,-5,7]}`
	if string(got.Public) != public {
		t.Errorf("public %s\nwant   %s", got.Public, public)
	}
	if want := `{"disk":[{},{"key":"k"}],"password":"` + decomposed + `"}`; string(got.Secret) != want {
		t.Errorf("secret %s\nwant   %s", got.Secret, want)
	}
}

func TestFromMapRefuses(t *testing.T) {
	t.Parallel()
	endless := map[string]any{}
	endless["tags"] = endless
	for name, given := range map[string]map[string]any{
		"unknown":          {"hots": "pool", "transfer": map[string]any{"chunk": 1, "moed": "x"}},
		"missing":          {"transfer": map[string]any{}},
		"types":            {"host": 5, "port": 1.5, "verify": 1, "queues": "fast", "tags": []string{"a"}, "weights": []any{"x", nil, true}, "ratio": math.NaN()},
		"durations":        {"host": "a", "timeout": 30},
		"not numbers":      {"host": "a", "port": "0x10", "ratio": "Inf", "weights": []string{"1_000", ""}},
		"blocks":           {"host": "a", "transfer": 5, "disk": map[string]any{"size": 1}},
		"a list of one":    {"host": "a", "transfer": []any{map[string]any{"chunk": "x"}, map[string]any{"chunk": 2}}},
		"a list of wrongs": {"host": "a", "disk": []any{5, map[string]any{"name": 5}}},
		"secrets":          {"host": "a", "password": 731, "token": []string{"hunter2"}, "secrets": map[string]any{"hunter2": 5}},
		"strange":          {"host": make(chan int), "tags": map[int]string{1: "a"}, "queues": []any{struct{}{}}},
		"not UTF-8":        {"host": "\xff", "tags": map[string]string{"\xff": "a"}},
		"endless":          endless,
		"one of":           {"host": "a", "transport": "SSH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.FromMap(`scheduler "flood"`, demo(), given)
			if !errors.Is(err, fault.Invalid) || got.Public != nil || got.Secret != nil {
				t.Fatalf("%s, %v", got.Public, err)
			}
			golden(t, "map/"+name+".golden", err.Error()+"\n")
		})
	}
}
