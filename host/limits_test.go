package host_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The limits of a driver's block hold for its calls, and others take their place with the next reload.
func TestLimitsOfCalls(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newPool()
	path := filepath.Join(dir, "config.hcl")
	write(t, path, "driver \"memory\" {\n  limits {\n    calls = 1\n    queue = 1\n  }\n}\n")
	h := open(t, dir, drivers(p.plugin("memory")))
	s := saved(t, h, "s")
	called, answer := make(chan struct{}), make(chan struct{})
	p.setTrouble(func(scheduler.Job) error { called <- struct{}{}; <-answer; return nil })
	var calls sync.WaitGroup
	defer calls.Wait()
	defer close(answer)
	calls.Go(func() { s.Submit(t.Context(), scheduler.Job{Command: "x"}) })
	<-called
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	refused := make(chan error, 2)
	for range 2 {
		calls.Go(func() { refused <- s.Test(ctx, nil) })
	}
	if err := <-refused; !errors.Is(err, fault.Exhausted) {
		t.Errorf("one call under way and one that waits leave no place, but: %v", err)
	}
	giveUp()
	<-refused
	write(t, path, "")
	reload(t, h)
	if err := s.Test(t.Context(), nil); !errors.Is(err, fault.Denied) {
		t.Errorf("without the limits the pool answers that there is no password, but: %v", err)
	}
}

// A driver that nobody uses is stopped after the time that its block says, and is there again when it is needed.
func TestIdleStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n  idle = \"50ms\"\n}\n", program))
	h := open(t, dir, host.Options{})
	until := watching(t, h)
	s := extra(t, h, "s", "pool.example.org")
	until("stopped", func(d host.Driver) bool { return d.State == "stopped" && d.Generation > 0 })
	if got := version(t, s); got != "1.0.0" {
		t.Errorf("got %q", got)
	}
	if d := driver(t, h, "extra"); d.Generation < 2 || d.Restarts != 0 || d.Crash != "" {
		t.Errorf("an idle stop is no crash: %+v", d)
	}
}

// What the machine cannot hold a driver to is said.
func TestUnenforcedLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n  limits {\n    files = 1000000000\n  }\n}\n", program))
	h := open(t, dir, host.Options{})
	if d := driver(t, h, "extra"); len(d.Unenforced) == 0 || !strings.Contains(d.Unenforced[0], "open") {
		t.Errorf("got %+v", d)
	}
}

// A driver within the host's own process cannot be held to anything.
func TestLimitsOfADriverThatIsBuiltIn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.hcl"), "driver \"memory\" {\n  limits {\n    memory = \"1GiB\"\n  }\n}\n")
	h := open(t, dir, drivers(newPool().plugin("memory")))
	if d := driver(t, h, "memory"); len(d.Unenforced) != 1 || !strings.Contains(d.Unenforced[0], "built into this program") {
		t.Errorf("got %+v", d)
	}
}
