package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// watching reads what a host tells of its drivers until something holds.
func watching(t *testing.T, h *host.Host) (until func(what string, holds func(host.Driver) bool) host.Driver) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	told, ended := make(chan host.Driver), make(chan struct{})
	go func() {
		defer close(ended)
		for d := range h.WatchDrivers(ctx) {
			select {
			case told <- d:
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return func(what string, holds func(host.Driver) bool) host.Driver {
		t.Helper()
		for {
			select {
			case d := <-told:
				if holds(d) {
					return d
				}
			case <-t.Context().Done():
				t.Fatalf("nobody told: %s", what)
			}
		}
	}
}

// What happens to a driver is told as it happens, with its reason, and can be read later.
func TestWatchDrivers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, path := filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "config.hcl")
	install(t, program, "1.0.0")
	write(t, path, fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program))
	h := open(t, dir, host.Options{})
	until := watching(t, h)
	until("stopped", func(d host.Driver) bool { return d.Name == "extra" && d.State == "stopped" })
	s := extra(t, h, "s", "pool.example.org")
	if d := until("ready", func(d host.Driver) bool { return d.State == "ready" }); d.PID == 0 || d.Generation != 1 {
		t.Errorf("ready is %+v", d)
	}
	// The job that kills its driver is tried three times at once, and then kept.
	submit(t, s, scheduler.Job{Command: "die"})
	d := until("crashed", func(d host.Driver) bool { return d.Crash != "" })
	if !strings.Contains(d.Crash, "exited with status 7") || d.CrashedAt.IsZero() || !strings.Contains(strings.Join(d.LastLog, "\n"), "these are my last words") {
		t.Errorf("crashed is %+v", d)
	}
	until("ready again", func(d host.Driver) bool { return d.State == "ready" && d.Restarts > 0 && d.Crash != "" })
	install(t, program, "")
	if c := reload(t, h); len(c.Kept) != 1 {
		t.Errorf("got %+v", c)
	}
	until("kept", func(d host.Driver) bool { return strings.Contains(d.Kept, "there is no licence") })
	write(t, path, "")
	reload(t, h)
	until("removed", func(d host.Driver) bool { return d.Name == "extra" && d.State == "removed" })
}

// Who goes by the name alone is not left with a driver that is gone when it only has another program.
func TestWatchDriversOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.hcl")
	programs := []string{filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "other", "oceanid-extra")}
	if err := os.Mkdir(filepath.Dir(programs[1]), 0o700); err != nil {
		t.Fatal(err)
	}
	said := func(program string) { write(t, path, fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program)) }
	install(t, programs[0], "1.0.0")
	install(t, programs[1], "2.0.0")
	said(programs[0])
	h := open(t, dir, host.Options{})
	until := watching(t, h)
	until("the first", func(d host.Driver) bool { return d.Path == programs[0] })
	said(programs[1])
	reload(t, h)
	gone := false
	until("the other", func(d host.Driver) bool {
		gone = gone || d.State == "removed"
		return d.Path == programs[1]
	})
	if !gone {
		t.Error("the first is told to be gone after the other was there")
	}
}
