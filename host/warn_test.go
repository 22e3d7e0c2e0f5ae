package host_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
)

// A quota for a scheduler that nobody knows is told in the log, of the host that follows the jobs; one for a scheduler that was made by hand is in order.
func TestWarnsOfQuotaForNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.hcl")
	write(t, file, "")
	pool := hosttest.NewPool(t).Driver("memory")
	h := open(t, dir, host.Options{Config: file, Drivers: drivers(pool).Drivers})
	saved(t, h, "made")
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	write(t, file, "quota {\n  scheduler = \"made\"\n  jobs = 1\n}\nquota {\n  scheduler = \"mad\"\n  jobs = 1\n}\n")
	var log paper
	read := 0
	warned := func() string {
		text := log.String()[read:]
		read += len(text)
		return text
	}
	o := host.Options{Config: file, Drivers: drivers(pool).Drivers, Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: &log})}
	h, err := host.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	const want = "config.hcl:6,15-20: there is no scheduler of that name; until there is one, the quota limits nothing"
	if got := warned(); strings.Count(got, want) != 1 || strings.Count(got, "config.hcl:") != 1 {
		t.Errorf("at the start:\n%s", got)
	}
	if _, err := h.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := warned(); strings.Count(got, want) != 1 || strings.Count(got, "config.hcl:") != 1 {
		t.Errorf("at a reload:\n%s", got)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.NoFollow = true
	if h, err = host.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := warned(); strings.Contains(got, "config.hcl:") {
		t.Errorf("to somebody who only looks:\n%s", got)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
