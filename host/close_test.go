package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A driver that never comes back, whatever it is told, does not keep its host from closing. What it was asked for is settled by the next host: one job.
func TestCloseIsBounded(t *testing.T) {
	t.Parallel()
	p := newPool()
	called, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	p.setTrouble(func(scheduler.Job) error { close(called); <-never; return nil })
	path := filepath.Join(t.TempDir(), "config.hcl")
	write(t, path, "")
	h, err := host.Open(t.Context(), host.Options{Config: path, Drivers: drivers(p.plugin("memory")).Drivers})
	if err != nil {
		t.Fatal(err)
	}
	s := saved(t, h, "s")
	submitted := make(chan error, 1)
	go func() {
		_, err := s.Submit(t.Context(), scheduler.Job{Command: "x"})
		submitted <- err
	}()
	<-called
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(over); err != nil {
		t.Logf("close: %v", err)
	}
	<-submitted
	p.setTrouble(nil)
	next := open(t, "", host.Options{Config: path, Drivers: drivers(p.plugin("memory")).Drivers})
	jobs, _, err := next.ListJobs(t.Context(), host.JobQuery{})
	if err != nil || len(jobs) != 1 {
		t.Fatalf("the next host knows of %d jobs, %v", len(jobs), err)
	}
	reach(t, jobs[0], scheduler.Queued)
	if d := p.doubles(); d != nil {
		t.Errorf("submitted twice: %v", d)
	}
}

// A reload that is under way ends with the host, and leaves no driver behind that it only wanted to ask.
func TestCloseEndsAReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, told := filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "pid")
	h := open(t, dir, host.Options{})
	if err := os.WriteFile(program, fmt.Appendf(nil, "#!/bin/sh\necho $$ > %[1]s.new\nmv %[1]s.new %[1]s\nexec sleep 1000\n", told), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\nscheduler \"extra\" \"s\" {\n  host = \"x\"\n}\n", program))
	reloaded := make(chan error, 1)
	go func() {
		_, err := h.Reload(context.Background())
		reloaded <- err
	}()
	var text []byte
	for until := time.Now().Add(time.Minute); len(text) == 0; time.Sleep(time.Millisecond) {
		text, _ = os.ReadFile(told)
		if time.Now().After(until) {
			t.Fatal("the driver was not asked")
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || syscall.Kill(pid, 0) == nil {
		t.Errorf("process %d goes on after Close: %v", pid, err)
	}
	if err := <-reloaded; !errors.Is(err, fault.Unavailable) {
		t.Errorf("the reload: %v", err)
	}
	if _, err := h.Reload(t.Context()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
}
