package config_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ public, secret, want string }{
		"no secrets":       {`{"b":1,"a":"<&>"}`, ``, `{"a":"<&>","b":1}`},
		"null":             {`{"a":1}`, `null`, `{"a":1}`},
		"side by side":     {`{"a":1}`, `{"b":"x"}`, `{"a":1,"b":"x"}`},
		"nested":           {`{"t":{"a":1}}`, `{"t":{"b":2},"u":{"c":3}}`, `{"t":{"a":1,"b":2},"u":{"c":3}}`},
		"lists of blocks":  {`{"d":[{"a":1},{"a":2}]}`, `{"d":[{},{"k":"x"}]}`, `{"d":[{"a":1},{"a":2,"k":"x"}]}`},
		"a secret list":    {`{}`, `{"l":["x"]}`, `{"l":["x"]}`},
		"large integers":   {`{"a":9223372036854775807}`, `{"b":9007199254740993}`, `{"a":9223372036854775807,"b":9007199254740993}`},
		"unequal lists":    {`{"d":[{"a":1}]}`, `{"d":[{},{}]}`, ``},
		"twice":            {`{"a":1}`, `{"a":"hunter2"}`, ``},
		"other shape":      {`{"a":1}`, `{"a":{"b":"hunter2"}}`, ``},
		"list and block":   {`{"a":{}}`, `{"a":["hunter2"]}`, ``},
		"public not JSON":  {`{"a":`, ``, ``},
		"secret not JSON":  {`{}`, `{"a":hunter2}`, ``},
		"more than one":    {`{} {}`, ``, ``},
		"nothing":          {``, ``, ``},
		"public no object": {`[]`, `{"a":"hunter2"}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Merge(json.RawMessage(c.public), json.RawMessage(c.secret))
			if string(got) != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if c.want != "" {
				if err != nil {
					t.Error(err)
				}
			} else if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), secret) {
				t.Error(err)
			}
		})
	}
}

// TestRequiredBlock: a required block is named like a required attribute.
func TestRequiredBlock(t *testing.T) {
	t.Parallel()
	schema := &pluginv1.Block{Blocks: []*pluginv1.NestedBlock{{Name: "disk", Required: true, Repeated: true, Block: &pluginv1.Block{Doc: "Where data go."}}}}
	_, err := config.FromMap(`scheduler "flood"`, schema, map[string]any{"disk": []any{}})
	if want := `scheduler "flood": disk is missing; add disk (Where data go)`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	f, err := config.Load(write(t, t.TempDir(), "c.hcl", `scheduler "x" "flood" {}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Decode(f.Schedulers[0], schema)
	if want := `1,1-22: disk is missing; add disk { … } (Where data go)`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestValuesCompare(t *testing.T) {
	t.Parallel()
	values := func(host, password string) config.Values {
		v, err := config.FromMap("", demo(), map[string]any{"host": host, "password": password})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a := values("a", "one")
	if !a.Equal(values("a", "one")) || a.Equal(values("b", "one")) || a.Equal(values("a", "two")) {
		t.Error("Equal does not compare all of it")
	}
	if a.PublicDigest() != values("a", "two").PublicDigest() || a.PublicDigest() == values("b", "one").PublicDigest() {
		t.Error("PublicDigest is not that of the public part")
	}
	if want := "sha256:"; !strings.HasPrefix(a.PublicDigest(), want) || len(a.PublicDigest()) != len(want)+64 {
		t.Error(a.PublicDigest())
	}
}
