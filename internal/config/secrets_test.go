package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

func TestSecretsIn(t *testing.T) {
	t.Parallel()
	schema := &pluginv1.Block{
		Attributes: []*pluginv1.Attribute{{Name: "host"}, {Name: "password", Sensitive: true}, {Name: "keys", Sensitive: true}},
		Blocks: []*pluginv1.NestedBlock{{Name: "queue", Repeated: true, Block: &pluginv1.Block{
			Attributes: []*pluginv1.Attribute{{Name: "name"}, {Name: "token", Sensitive: true}},
		}}},
	}
	got := config.SecretsIn(schema, []byte(`{"host":"h","password":"pw","keys":["a",7],"queue":[{"name":"n","token":"t1"},{"name":"m"},{"token":"t2"}]}`))
	slices.Sort(got)
	if want := []string{"7", "a", "pw", "t1", "t2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := config.SecretsIn(schema, []byte("no JSON")); got != nil {
		t.Errorf("%q", got)
	}
}

func TestHider(t *testing.T) {
	t.Parallel()
	const key = "-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END KEY-----\n"
	hide := config.Hider([]string{`tide "and" <ebb>`, "tide", "ab", "größe/2", key})
	for name, c := range map[string]struct{ text, want string }{
		"as it is":            {"password tide rejected", "password … rejected"},
		"twice":               {"tide, tide", "…, …"},
		"one within another":  {`tide "and" <ebb>!`, "…!"},
		"quoted by Go":        {`bad password "tide \"and\" <ebb>"`, `bad password "…"`},
		"quoted by JSON":      {`{"p":"tide \"and\" \u003cebb\u003e"}`, `{"p":"…"}`},
		"in a URL":            {"https://u:gr%C3%B6%C3%9Fe%2F2@h/", "https://u:…@h/"},
		"quoted by Python":    {`'gr\u00f6\u00dfe/2'`, "'…'"},
		"a line of several":   {"read MC4CAQAwBQYDK2VwBCIEIA here", "read … here"},
		"several on one line": {strings.ReplaceAll(key, "\n", `\n`), "…"},
		"too short":           {"ab", "ab"},
		"nothing":             {"the tie", "the tie"},
	} {
		if got := hide(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
