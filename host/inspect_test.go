package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
)

func inspect(t *testing.T, dir, text string) *host.Inspector {
	t.Helper()
	path := filepath.Join(dir, "config.hcl")
	write(t, path, text)
	i, err := host.Inspect(host.Options{Config: path, Drivers: []sdk.Plugin{newPool().plugin("memory")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return i
}

func TestInspectTellsEveryMistake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	i := inspect(t, dir, `
stroe {}
scheduler "memory" "one" { hots = "h" }
scheduler "memory" "two" { host = "nowhere" }
scheduler "memory" "three" { host = "h" }
`)
	err := i.CheckConfig(t.Context())
	for _, want := range []string{`config.hcl:2,1`, `did you mean "store"?`, `config.hcl:3,28`, `did you mean "host"?`, `config.hcl:4,35`, "no such host"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
	if !errors.Is(err, fault.Invalid) {
		t.Errorf("kind %s", fault.Of(err))
	}
	if all := i.Drivers(); len(all) != 1 || all[0].Name != "memory" {
		t.Errorf("drivers: %+v", all)
	}
}

func TestInspectMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	i := inspect(t, dir, `scheduler "memory" "three" { host = "h" }`)
	if err := i.CheckConfig(t.Context()); err != nil {
		t.Error(err)
	}
	if d, err := i.DescribeDriver(t.Context(), "memory"); err != nil || d.Version != "1.0.0" {
		t.Errorf("described as %+v, %v", d, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "oceanid.data")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a store was made: %v", err)
	}
}

func TestInspectWithoutFile(t *testing.T) {
	t.Parallel()
	if _, err := host.Inspect(host.Options{Config: filepath.Join(t.TempDir(), "none.hcl")}); fault.Of(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

// A driver that dies at its start says why once; nobody waits for more tries where nothing but a look is wanted.
func TestInspectTriesADriverOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tries := filepath.Join(dir, "tries")
	write(t, filepath.Join(dir, "oceanid-doomed"), "#!/bin/sh\necho >>"+tries+"\necho 'panic: the tide is out' >&2\nexit 2\n")
	if err := os.Chmod(filepath.Join(dir, "oceanid-doomed"), 0o755); err != nil {
		t.Fatal(err)
	}
	i := inspect(t, dir, `driver "doomed" { path = "./oceanid-doomed" }
scheduler "doomed" "one" {}`)
	if err := i.CheckConfig(t.Context()); err == nil || !strings.Contains(err.Error(), "the tide is out") {
		t.Errorf("%v", err)
	}
	if text, err := os.ReadFile(tries); err != nil || len(text) != 1 {
		t.Errorf("%d tries, %v", len(text), err)
	}
}
