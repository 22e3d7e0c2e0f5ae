package launch_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
)

// TestNothingIsLeftBehind is not parallel: it counts what the whole process holds.
func TestNothingIsLeftBehind(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Fatal("needs /proc to count descriptors and processes")
	}
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", "")
	if len(os.TempDir()) > 45 { // the folder of a test is too long a name for a socket
		short, err := os.MkdirTemp("/tmp", "leak")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(short) })
		t.Setenv("TMPDIR", short)
	}
	var pids []int
	cycle := func(i int) {
		s := spec(t, launchtest.Good)
		switch i % 7 {
		case 0: // stopped
			p := start(t, s)
			pids = append(pids, p.PID(), child(t, p))
			if err := p.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		case 1: // crashed
			p := start(t, s)
			pids = append(pids, p.PID(), child(t, p))
			_ = syscall.Kill(p.PID(), syscall.SIGKILL)
			<-p.Done()
		case 2: // crashed in a call
			p := start(t, s)
			_, _ = launchtest.Command(t.Context(), p.Conn(), "exit 1")
			<-p.Done()
		case 3: // never started
			s.Env[launchtest.EnvMode] = string(launchtest.Panics)
			if _, err := launch.Start(t.Context(), s); err == nil {
				t.Error("started")
			}
		case 4: // hung
			p := start(t, s)
			pids = append(pids, p.PID(), child(t, p))
			_ = syscall.Kill(p.PID(), syscall.SIGSTOP)
			_ = p.Stop(canceled(t))
		case 5: // never connected
			s.Env[launchtest.EnvMode] = string(launchtest.NoSocket)
			if _, err := launch.Start(t.Context(), s); err == nil {
				t.Error("started")
			}
		case 6: // never answered
			s.Env[launchtest.EnvMode], s.StartTimeout = string(launchtest.Haunted), 500*time.Millisecond
			if _, err := launch.Start(t.Context(), s); err == nil {
				t.Error("started")
			}
		}
	}
	for i := range 7 {
		cycle(i) // whatever is made once and kept
	}
	goroutines, open := runtime.NumGoroutine(), descriptors(t)
	for i := range 50 {
		cycle(i)
	}
	eventually(t, "goroutines are back to where they were", func() bool { return runtime.NumGoroutine() <= goroutines })
	if t.Failed() {
		buf := make([]byte, 1<<20)
		t.Logf("%d goroutines, were %d:\n%s", runtime.NumGoroutine(), goroutines, buf[:runtime.Stack(buf, true)])
	}
	if now := descriptors(t); now > open {
		t.Errorf("%d descriptors, were %d", now, open)
	}
	left, err := filepath.Glob(os.TempDir() + "/oceanid-*")
	if err != nil || len(left) > 0 {
		t.Errorf("folders were left behind: %v, %v", left, err)
	}
	for _, pid := range pids {
		eventually(t, "the process is gone", func() bool { return !alive(pid) })
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		// The runtime makes its poller when it first needs one.
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.HasPrefix(to, "anon_inode:[event") {
			n++
		}
	}
	return n
}
