package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// secret is the one that testdata is full of; no error may contain it.
const secret = "hunter2"

func TestMain(m *testing.M) {
	os.Setenv("OCEANID_TEST_SECRET", secret)
	os.Setenv("OCEANID_TEST_PIN", "731")
	os.Setenv("OCEANID_TEST_HOST", "pool.example.org")
	os.Exit(m.Run())
}

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (write it with -update, then read it)", err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant (%s):\n%s", got, file, want)
	}
	if strings.Contains(got, secret) || strings.Contains(got, "731") {
		t.Errorf("a secret is told:\n%s", got)
	}
}

func typed(base pluginv1.Type_Base) *pluginv1.Type { return &pluginv1.Type{Base: base} }

func listOf(base pluginv1.Type_Base) *pluginv1.Type {
	return &pluginv1.Type{Base: pluginv1.Type_BASE_LIST, Element: typed(base)}
}

func mapOf(base pluginv1.Type_Base) *pluginv1.Type {
	return &pluginv1.Type{Base: pluginv1.Type_BASE_MAP, Element: typed(base)}
}

// demo is a schema in which every feature occurs.
func demo() *pluginv1.Block {
	return &pluginv1.Block{
		Attributes: []*pluginv1.Attribute{
			{Name: "host", Type: typed(pluginv1.Type_BASE_STRING), Required: true, Doc: "Head node, host[:port]."},
			{Name: "port", Type: typed(pluginv1.Type_BASE_INT), DefaultJson: []byte(`22`)},
			{Name: "username", Type: typed(pluginv1.Type_BASE_STRING)},
			{Name: "password", Type: typed(pluginv1.Type_BASE_STRING), Sensitive: true, Doc: "Password. Never logged."},
			{Name: "token", Type: typed(pluginv1.Type_BASE_STRING), Sensitive: true},
			{Name: "timeout", Type: typed(pluginv1.Type_BASE_DURATION), DefaultJson: []byte(`"30s"`)},
			{Name: "transport", Type: typed(pluginv1.Type_BASE_STRING), OneOf: []string{"ssh", "local"}, DefaultJson: []byte(`"ssh"`)},
			{Name: "ratio", Type: typed(pluginv1.Type_BASE_FLOAT)},
			{Name: "verify", Type: typed(pluginv1.Type_BASE_BOOL), DefaultJson: []byte(`true`)},
			{Name: "queues", Type: listOf(pluginv1.Type_BASE_STRING)},
			{Name: "weights", Type: listOf(pluginv1.Type_BASE_INT)},
			{Name: "tags", Type: mapOf(pluginv1.Type_BASE_STRING)},
			{Name: "secrets", Type: mapOf(pluginv1.Type_BASE_STRING), Sensitive: true},
		},
		Blocks: []*pluginv1.NestedBlock{
			{Name: "transfer", Block: &pluginv1.Block{
				Doc: "How files travel.",
				Attributes: []*pluginv1.Attribute{
					{Name: "chunk", Type: typed(pluginv1.Type_BASE_INT), Required: true, Doc: "Bytes in a message."},
					{Name: "mode", Type: typed(pluginv1.Type_BASE_STRING), DefaultJson: []byte(`"safe"`)},
				},
				Blocks: []*pluginv1.NestedBlock{
					{Name: "retry", Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{{Name: "max", Type: typed(pluginv1.Type_BASE_INT)}}}},
				},
			}},
			{Name: "disk", Repeated: true, Block: &pluginv1.Block{Attributes: []*pluginv1.Attribute{
				{Name: "name", Type: typed(pluginv1.Type_BASE_STRING), Required: true},
				{Name: "size", Type: typed(pluginv1.Type_BASE_INT)},
				{Name: "key", Type: typed(pluginv1.Type_BASE_STRING), Sensitive: true},
			}}},
		},
	}
}
