package launch_test

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

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/sdk/fault"
)

// child makes the driver start a child of its own.
func child(t *testing.T, p *launch.Process) int {
	t.Helper()
	answer, err := launchtest.Command(t.Context(), p.Conn(), "child")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(answer)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// halt stops every thread of a process, and returns when they have stopped: the signal alone lets those that run on another CPU go on for a while.
func halt(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every thread has stopped", func() bool {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, thread := range threads {
			stat, gone := os.ReadFile(thread)
			if _, after, _ := strings.Cut(string(stat), ") "); gone == nil && !strings.HasPrefix(after, "T") {
				return false
			}
		}
		return err == nil && len(threads) > 0
	})
}

func TestStopByForce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode   launchtest.Mode
		before func(*testing.T, *launch.Process)
		forced bool
	}{
		"stopped by a signal":         {launchtest.Good, func(t *testing.T, p *launch.Process) { halt(t, p.PID()) }, true},
		"hangs in drain":              {launchtest.NoDrain, func(*testing.T, *launch.Process) {}, false},
		"ignores SIGTERM and stopped": {launchtest.Ungrateful, func(t *testing.T, p *launch.Process) { halt(t, p.PID()) }, true},
		"in a long call": {launchtest.Good, func(t *testing.T, p *launch.Process) {
			go func() { _, _ = launchtest.Command(t.Context(), p.Conn(), "sleep 1h") }()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := spec(t, c.mode)
			s.Grace = 2 * time.Second
			p := start(t, s)
			grandchild := child(t, p)
			c.before(t, p)
			begin := time.Now()
			err := p.Stop(t.Context())
			if took := time.Since(begin); took > s.Grace+3*time.Second {
				t.Errorf("stopping took %v, the grace is %v", took, s.Grace)
			}
			if c.forced {
				checkError(t, err, fault.Timeout, `driver "test": `+s.Path, "it did not end within", "and was killed")
			} else if err != nil {
				t.Error(err)
			}
			if p.Err() != nil {
				t.Errorf("a driver that was stopped has not crashed: %v", p.Err())
			}
			if alive(p.PID()) {
				t.Error("the driver is still there")
			}
			eventually(t, "the driver's child is gone", func() bool { return !alive(grandchild) })
		})
	}
}

func TestStopWhenTheCallerIsGone(t *testing.T) {
	t.Parallel()
	p := start(t, spec(t, launchtest.NoDrain))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin := time.Now()
	_ = p.Stop(ctx)
	<-p.Done()
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestStopTwiceAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, spec(t, launchtest.Good))
	errs := make(chan error)
	for range 4 {
		go func() { errs <- p.Stop(t.Context()) }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestCrash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command, text string
		crash         launch.Crash
	}{
		"exit":  {"exit 7", "exited with status 7", launch.Crash{ExitStatus: 7}},
		"panic": {"panic on the way", `exited with status 2: panic: on the way`, launch.Crash{ExitStatus: 2}},
		"kill":  {"", `was ended by signal "killed"`, launch.Crash{ExitStatus: -1, Signal: "killed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, spec(t, launchtest.Good))
			grandchild := child(t, p)
			if c.command == "" {
				_ = syscall.Kill(p.PID(), syscall.SIGKILL)
			} else if _, err := launchtest.Command(t.Context(), p.Conn(), c.command); err == nil {
				t.Error("the call under way did not fail")
			}
			<-p.Done()
			checkError(t, p.Err(), fault.Crashed, `driver "test": `, c.text)
			var crash *launch.Crash
			if !errors.As(p.Err(), &crash) {
				t.Fatalf("%T is not a crash", p.Err())
			}
			if crash.ExitStatus != c.crash.ExitStatus || crash.Signal != c.crash.Signal || crash.PID != p.PID() {
				t.Errorf("%+v", crash)
			}
			if name == "panic" && len(crash.Panic) < 100 {
				t.Errorf("no trace of the panic: %q", crash.Panic)
			}
			eventually(t, "the driver's child is gone", func() bool { return !alive(grandchild) })
			if err := p.Stop(t.Context()); err != nil {
				t.Errorf("stop after a crash: %v", err)
			}
			if p.Err() == nil {
				t.Error("the crash is forgotten")
			}
		})
	}
}
