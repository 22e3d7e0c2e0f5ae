package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

func start(t *testing.T, s launch.Spec) *launch.Process {
	t.Helper()
	p, err := launch.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop(context.Background()) })
	return p
}

func do(t *testing.T, p *launch.Process, what string) string {
	t.Helper()
	answer, err := command(t.Context(), p, what)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestByHand(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envRole+"="+aDriver)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("%v, want status 1", err)
	}
	if !strings.HasPrefix(errs.String(), "oceanid-test 1.2.3 is a driver of Oceanid and is not run by hand: ") || out.Len() > 0 {
		t.Errorf("said %q and %q", errs.String(), out.String())
	}
}

func TestPrintsAndLogsReachTheHost(t *testing.T) {
	t.Parallel()
	var out output
	p := start(t, spec(hclog.New(&hclog.LoggerOptions{Name: "driver", Output: &out, Level: hclog.Debug, DisableTime: true}), ""))
	if err := p.SetLogLevel(t.Context(), hclog.Info); err != nil {
		t.Fatal(err)
	}
	do(t, p, "print")
	do(t, p, "log")
	for _, want := range []string{
		"[DEBUG] driver: through os.Stdout\n",
		"[DEBUG] driver: " + rawPrint + "\n",
		"[INFO]  driver: to the host: job=7 pool.took=1.5s\n",
	} {
		eventually(t, want, func() bool { return strings.Contains(out.String(), want) })
	}
	if strings.Contains(out.String(), "fine detail") {
		t.Error("the driver logs below the level that it was set to")
	}
	if _, err := pluginv1.NewPluginClient(p.Conn()).SetLogLevel(t.Context(), &pluginv1.SetLogLevelRequest{Level: "loud"}); err == nil {
		t.Error("a level that there is not was taken")
	}
}

func TestTermDrains(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "drained")
	p := start(t, spec(nil, file))
	if err := syscall.Kill(p.PID(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	do(t, p, "log") // SIGINT is for the host
	if err := syscall.Kill(p.PID(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if text, err := os.ReadFile(file); string(text) != "drained" {
		t.Errorf("not drained: %q, %v", text, err)
	}
	var crash *launch.Crash
	if !errors.As(p.Err(), &crash) || crash.ExitStatus != 0 {
		t.Errorf("a driver that drained ended with %v", p.Err())
	}
}

func TestDriverHoldsNothingOfTheHost(t *testing.T) {
	t.Parallel()
	p := start(t, spec(nil, ""))
	if comm := do(t, p, "comm"); comm != "process.test\n" {
		t.Errorf("the process is called %q", comm)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	open := do(t, p, "open")
	if strings.Contains(open, self) {
		t.Errorf("the executable is still open:\n%s", open)
	}
	if !strings.HasPrefix(open, "/dev/null\n") {
		t.Errorf("standard input is not closed:\n%s", open)
	}
}

func TestHostIsKilled(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, stopped := range map[string]bool{"running driver": false, "stopped driver": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp, err := os.MkdirTemp("/tmp", "killed") // short enough for a socket
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(tmp) })
			host := exec.Command(self)
			host.Env = append(os.Environ(), envRole+"="+aHost, "TMPDIR="+tmp, "XDG_RUNTIME_DIR=")
			out, err := host.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			host.Stderr = os.Stderr
			if err := host.Start(); err != nil {
				t.Fatal(err)
			}
			var driver, child int
			if _, err := fmt.Fscan(out, &driver, &child); err != nil || !alive(driver) || !alive(child) {
				t.Fatalf("driver %d, child %d: %v", driver, child, err)
			}
			if stopped {
				_ = syscall.Kill(driver, syscall.SIGSTOP)
				eventually(t, "the driver has stopped", func() bool { return state(driver) == "T" })
			}
			if err := host.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = host.Wait()
			eventually(t, "the driver is gone", func() bool { return !alive(driver) })
			eventually(t, "its child is gone", func() bool { return !alive(child) })
			if stopped {
				return // it was the kernel that ended it: a stopped group that loses its parent gets SIGHUP
			}
			left, err := filepath.Glob(tmp + "/*")
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Errorf("never: %s", what)
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func alive(pid int) bool { return !strings.Contains("ZX", state(pid)) }

// state is the letter that the kernel has for a process; "": there is none.
func state(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return after[:1]
}

// output is a log that tests can read while it is written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
