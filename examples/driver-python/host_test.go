package driverpython_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A host runs a job through the driver, the driver is killed meanwhile, and nothing is lost.
func TestJobOutlivesItsDriver(t *testing.T) {
	t.Parallel()
	h := open(t, packed(t))
	queue, err := h.GetScheduler(t.Context(), "queue")
	if err != nil {
		t.Fatal(err)
	}
	flag := filepath.Join(t.TempDir(), "go on")
	job, err := queue.Submit(t.Context(), scheduler.Job{
		Command: "sh", Args: []string{"-c", `echo begun; until [ -e "$1" ]; do sleep 0.05; done; cat in.txt > out.txt; echo ended >&2; exit 3`, "sh", flag},
		Inputs:  []scheduler.Input{{Name: "in.txt", Data: []byte("dear data\n")}},
		Outputs: []string{"out.txt"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, job, scheduler.Running)
	first := h.Drivers()[0]
	if err := syscall.Kill(-first.PID, syscall.SIGKILL); err != nil {
		t.Fatalf("%v: %+v", err, first)
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ended, err := job.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if ended.State != scheduler.Failed || !strings.Contains(ended.Reason, "status 3") {
		t.Errorf("the job is %s: %s", ended.State, ended.Reason)
	}
	for stream, want := range map[scheduler.LogStream]string{scheduler.Stdout: "begun\n", scheduler.Stderr: "ended\n"} {
		var got bytes.Buffer
		if err := job.Logs(t.Context(), scheduler.LogOptions{Stream: stream}, &got); err != nil || got.String() != want {
			t.Errorf("%s is %q, %v", stream, got.String(), err)
		}
	}
	dir := t.TempDir()
	if files, err := job.Download(t.Context(), dir, scheduler.FileQuery{}); err != nil || len(files) != 1 {
		t.Errorf("results: %v, %v", files, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "out.txt")); string(got) != "dear data\n" {
		t.Errorf("the result is %q, %v", got, err)
	}
	if now := h.Drivers()[0]; now.PID == first.PID || now.Restarts != 1 {
		t.Errorf("the driver did not start anew: %+v", now)
	}
}

func TestJobWaitsForItsTime(t *testing.T) {
	t.Parallel()
	h := open(t, packed(t))
	queue, err := h.GetScheduler(t.Context(), "queue")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := queue.Submit(t.Context(), scheduler.Job{Command: "true", Labels: map[string]string{"not_before": "soon"}}); err == nil || !strings.Contains(err.Error(), "2030-01-31T06:00:00Z") {
		t.Errorf("a time that is none: %v", err)
	}
	then := time.Now().Add(1500 * time.Millisecond)
	job, err := queue.Submit(t.Context(), scheduler.Job{Command: "date", Args: []string{"+%s.%N"}, Labels: map[string]string{"not_before": then.Format(time.RFC3339Nano)}})
	if err != nil {
		t.Fatal(err)
	}
	if ended, err := job.Wait(t.Context()); err != nil || ended.State != scheduler.Succeeded {
		t.Fatalf("%v, %+v", err, ended)
	}
	var said strings.Builder
	var ran float64
	if err := job.Logs(t.Context(), scheduler.LogOptions{}, &said); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(said.String(), "%f", &ran); err != nil || ran < float64(then.UnixMicro())/1e6 {
		t.Errorf("it ran at %s, before %v; %v", said.String(), then, err)
	}
}

// The program is replaced while a job runs, and the next version goes on with it.
func TestUpgradeUnderAJob(t *testing.T) {
	t.Parallel()
	path := packed(t)
	h := open(t, path)
	queue, err := h.GetScheduler(t.Context(), "queue")
	if err != nil {
		t.Fatal(err)
	}
	flag := filepath.Join(t.TempDir(), "go on")
	job, err := queue.Submit(t.Context(), scheduler.Job{Command: "sh", Args: []string{"-c", `until [ -e "$1" ]; do sleep 0.05; done; echo ended`, "sh", flag}})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, job, scheduler.Running)
	first := h.Drivers()[0]
	next := pack(t, func(text string) string { return strings.Replace(text, `"0.1.0"`, `"0.2.0"`, 1) })
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
	changes, err := h.Reload(t.Context())
	if err != nil || len(changes.Upgraded) != 1 {
		t.Fatalf("%+v, %v", changes, err)
	}
	if now := h.Drivers()[0]; now.Version != "0.2.0" || now.PID == first.PID {
		t.Errorf("after the upgrade it is %+v", now)
	}
	// The daemon of the queue is still the one that the first version has started, of the file that was replaced.
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := job.Logs(t.Context(), scheduler.LogOptions{Follow: true}, &said); err != nil || said.String() != "ended\n" {
		t.Errorf("it wrote %q, %v", said.String(), err)
	}
	if ended, err := job.Wait(t.Context()); err != nil || ended.State != scheduler.Succeeded {
		t.Errorf("%+v, %v", ended, err)
	}
}

// The same sources are the same bytes, for a checksum to pin.
func TestPackedIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	if a, b := checksum(t, packed(t)), checksum(t, packed(t)); a != b {
		t.Errorf("%s and %s", a, b)
	}
}

// What a person gets who starts the driver by hand, packed or not.
func TestStartedByHand(t *testing.T) {
	t.Parallel()
	for name, program := range map[string]string{"packed": packed(t), "as it stands": "./driver.py"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), python(t), program).CombinedOutput()
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !bytes.Contains(out, []byte("is not run by hand: a host starts it")) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// wait waits until the job is in a state.
func wait(t *testing.T, job *host.Job, state scheduler.State) {
	t.Helper()
	for event, err := range job.Watch(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if event.State == state {
			return
		}
	}
	t.Fatalf("the job was never %s", state)
}

func checksum(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(data))
}

// open opens a host with the driver and one scheduler of it.
func open(t *testing.T, driver string) *host.Host {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`
store { path = %q }
driver "atlike" { path = %q }
scheduler "atlike" "queue" {
  slots = 2
  grace = "1s"
}
`, filepath.Join(dir, "data"), driver)
	path := filepath.Join(dir, "config.hcl")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := host.Open(t.Context(), host.Options{Config: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close(t.Context()) })
	return h
}
