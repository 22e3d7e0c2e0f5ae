package drivertest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
)

func TestConfigurationsBecomeJSON(t *testing.T) {
	t.Parallel()
	type queue struct {
		Name string `oceanid:"name"`
	}
	type config struct {
		Host     string            `oceanid:"host"`
		Password sdk.Secret        `oceanid:"password,optional"`
		Timeout  time.Duration     `oceanid:"timeout,default=30s"`
		Slots    int               `oceanid:"slots,optional"`
		Env      map[string]string `oceanid:"env,optional"`
		Queues   []queue           `oceanid:"queue,block,optional"`
		Other    *queue            `oceanid:"other,block"`
		Own      string            `oceanid:"-"`
	}
	for name, c := range map[string]struct {
		config any
		want   string
	}{
		"nothing":   {nil, `{}`},
		"text":      {`{"a": 1}`, `{"a": 1}`},
		"a map":     {map[string]any{"slots": 2}, `{"slots":2}`},
		"zero":      {config{}, `{}`},
		"a pointer": {&config{Host: "h"}, `{"host":"h"}`},
		"all": {
			config{Host: "h", Password: "p", Timeout: 90 * time.Second, Slots: 3, Env: map[string]string{"A": "b"}, Queues: []queue{{"q"}}, Other: &queue{"o"}, Own: "x"},
			`{"env":{"A":"b"},"host":"h","other":{"name":"o"},"password":"p","queue":[{"name":"q"}],"slots":3,"timeout":"1m30s"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := canonical(c.config)
			if err != nil || string(got) != c.want {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
		})
	}
	if _, err := canonical(struct{ Untagged string }{"x"}); err == nil {
		t.Error("a struct without tags is a configuration")
	}
}

func TestDefaultsAreFilledIn(t *testing.T) {
	t.Parallel()
	schema := &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "slots", Type: &pluginv1.Type{Base: pluginv1.Type_BASE_INT}, DefaultJson: []byte("0")},
		{Name: "keep", Type: &pluginv1.Type{Base: pluginv1.Type_BASE_DURATION}, DefaultJson: []byte(`"1h"`)},
		{Name: "broken", Type: &pluginv1.Type{Base: pluginv1.Type_BASE_DURATION}, DefaultJson: []byte("30")},
	}}
	got, err := fill(schema, json.RawMessage(`{"slots": 4}`))
	if want := `{"keep":"1h","slots":4}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := fill(schema, json.RawMessage(`[]`)); err == nil {
		t.Error("a list is a configuration")
	}
}
