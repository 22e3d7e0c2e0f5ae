package launch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/sdk/fault"
)

// spec starts this test binary as a driver.
func spec(t *testing.T, mode launchtest.Mode) launch.Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launch.Spec{Name: "test", Path: self, Env: launchtest.Env(mode), StartTimeout: 20 * time.Second, Grace: 5 * time.Second}
}

func start(t *testing.T, s launch.Spec) *launch.Process {
	t.Helper()
	p, err := launch.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop(context.Background()) })
	return p
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	p := start(t, spec(t, launchtest.Good))
	if answer, err := launchtest.Command(t.Context(), p.Conn(), "args"); err != nil || !strings.HasPrefix(answer, "/") {
		t.Errorf("the driver sees itself as %q, %v; want its path", answer, err)
	}
	select {
	case <-p.Done():
		t.Fatal("done while it runs")
	default:
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
	<-p.Done()
	if err := p.Err(); err != nil {
		t.Errorf("a driver that was stopped has not crashed: %v", err)
	}
	if alive(p.PID()) {
		t.Error("the process is still there")
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("stop again: %v", err)
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for mode, want := range map[launchtest.Mode]struct {
		kind fault.Kind
		text string
	}{
		launchtest.Rubbish:     {fault.Invalid, `it wrote "loading configuration…" to its standard output instead of the handshake`},
		launchtest.Endless:     {fault.Invalid, `it wrote "11111`},
		launchtest.Exits:       {fault.Crashed, `exited with status 3 before it served; its last words: [DEBUG] no licence found`},
		launchtest.Panics:      {fault.Crashed, `exited with status 2 before it served: panic: the sky is falling`},
		launchtest.Silent:      {fault.Timeout, `it did not complete the handshake within 2s`},
		launchtest.HalfOpen:    {fault.Timeout, `it did not complete the handshake within 2s`},
		launchtest.Haunted:     {fault.Timeout, `it did not complete the handshake within 2s`},
		launchtest.NoSocket:    {fault.Invalid, `it answers the handshake but not as a driver does`},
		launchtest.OldCore:     {fault.Invalid, `it speaks go-plugin's core protocol "9" and this host 1`},
		launchtest.OtherPlugin: {fault.Invalid, `it speaks plugin protocol "7" and this host 1`},
		launchtest.NetRPC:      {fault.Invalid, `it serves "netrpc" and not gRPC`},
		launchtest.TCP:         {fault.Invalid, `it listens on tcp "127.0.0.1:1"`},
		launchtest.Elsewhere:   {fault.Invalid, `is not in the folder that PLUGIN_UNIX_SOCKET_DIR names`},
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := spec(t, mode)
			if want.kind == fault.Timeout {
				s.StartTimeout = 2 * time.Second
			}
			begin := time.Now()
			_, err := launch.Start(t.Context(), s)
			if took := time.Since(begin); took > s.StartTimeout+5*time.Second {
				t.Errorf("it took %v", took)
			}
			checkError(t, err, want.kind, `driver "test": `+s.Path, want.text)
			if fault.Blame(err) != fault.Driver {
				t.Errorf("the blame is on the %q, want the driver", fault.Blame(err))
			}
		})
	}
}

func TestStartRefusesFiles(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		spec launch.Spec
		kind fault.Kind
		text string
	}{
		"missing":        {launch.Spec{Path: dir + "/none"}, fault.Invalid, "there is no such file"},
		"directory":      {launch.Spec{Path: dir}, fault.Invalid, "is a directory"},
		"not executable": {launch.Spec{Path: file("plain", "#!/bin/sh\n", 0o644)}, fault.Invalid, "is not executable: chmod +x"},
		"no program":     {launch.Spec{Path: file("text", "hello\n", 0o755)}, fault.Invalid, "is not a program for this machine"},
		"no interpreter": {launch.Spec{Path: file("script", "#!/no/such/interpreter\n", 0o755)}, fault.Invalid, "the interpreter in its #! line"},
		"device":         {launch.Spec{Path: os.DevNull}, fault.Invalid, "is not a regular file"},
		"relative":       {launch.Spec{Path: "oceanid-test"}, fault.Invalid, "must be absolute"},
		"pin":            {launch.Spec{Path: self, Checksum: "sha256:" + strings.Repeat("0", 64)}, fault.Invalid, "is not the file that the configuration pins"},
		"pin's form":     {launch.Spec{Path: self, Checksum: "md5:1"}, fault.Invalid, "write sha256: and 64 hex digits"},
		"cookie":         {launch.Spec{Path: self, Env: map[string]string{"OCEANID_PLUGIN": "x"}}, fault.Invalid, "OCEANID_PLUGIN belongs to the handshake"},
		"go-plugin's":    {launch.Spec{Path: self, Env: map[string]string{"PLUGIN_MIN_PORT": "x"}}, fault.Invalid, "PLUGIN_MIN_PORT belongs to the handshake"},
		"odd variable":   {launch.Spec{Path: self, Env: map[string]string{"A=B": "x"}}, fault.Invalid, `environment variable "A=B"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.spec.Name = "test"
			_, err := launch.Start(t.Context(), c.spec)
			checkError(t, err, c.kind, `driver "test": `+c.spec.Path, c.text)
			if fault.Blame(err) != fault.Host {
				t.Errorf("the blame is on the %q, want the host", fault.Blame(err))
			}
		})
	}
}

func TestStartExecutesScripts(t *testing.T) {
	t.Parallel()
	s := spec(t, launchtest.Good)
	script := filepath.Join(t.TempDir(), "driver")
	if err := os.WriteFile(script, fmt.Appendf(nil, "#!/bin/sh\n# the script's own name: $0\nexec %s\n", s.Path), 0o755); err != nil {
		t.Fatal(err)
	}
	s.Path = script
	sum, err := new(launch.Checksums).Of(script)
	if err != nil {
		t.Fatal(err)
	}
	s.Checksum = strings.ToUpper(sum[:7]) + sum[7:]
	if _, err := launch.Start(t.Context(), s); !errors.Is(err, fault.Invalid) {
		t.Errorf("a checksum with SHA256 in capitals: %v", err)
	}
	s.Checksum = sum[:7] + strings.ToUpper(sum[7:])
	p := start(t, s)
	if p.Checksum() != sum {
		t.Errorf("checksum %s, want %s", p.Checksum(), sum)
	}
	if _, err := launchtest.Command(t.Context(), p.Conn(), ""); err != nil {
		t.Error(err)
	}
}

func TestStartIsGivenUp(t *testing.T) {
	t.Parallel()
	s := spec(t, launchtest.Silent)
	s.Env[launchtest.EnvStarts] = filepath.Join(t.TempDir(), "starts")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		eventually(t, "the driver runs", func() bool { return size(s.Env[launchtest.EnvStarts]) == 1 })
	}()
	_, err := launch.Start(ctx, s)
	checkError(t, err, fault.Cancelled, "starting it was given up")

	_, err = launch.Start(ctx, s)
	checkError(t, err, fault.Cancelled, "starting it was given up")
	if n := size(s.Env[launchtest.EnvStarts]); n != 1 {
		t.Errorf("a driver was started for somebody who was gone before: %d starts", n)
	}
}

func checkError(t *testing.T, err error, kind fault.Kind, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if fault.Of(err) != kind {
		t.Errorf("kind %q, want %q: %v", fault.Of(err), kind, err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q\ndoes not say %q", err, text)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("error is not one clean line: %q", err)
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// eventually waits for a condition.
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

// alive tells whether a process runs; one that nobody has reaped does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}
