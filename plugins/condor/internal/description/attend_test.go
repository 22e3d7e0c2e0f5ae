package description_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Where HTCondor does not run PostCmd the script packs by itself, and ends as the task did.
func TestScriptPacksByItself(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		version, script string
		code            int
		signal          syscall.Signal
		packed          bool
	}{
		"23":            {"23.9.6", "echo x >out", 0, 0, false},
		"25":            {"25.14.1", "echo x >out", 0, 0, true},
		"25, failed":    {"25.14.1", "echo x >out; exit 3", 3, 0, true},
		"25, killed":    {"25.14.1", "echo x >out; kill -KILL $$", 0, syscall.SIGKILL, true},
		"25, itself":    {"25.14.1", "echo x >out; kill -INT $$", 0, syscall.SIGINT, true},
		"25, as if":     {"25.14.1", "echo x >out; exit 137", 137, 0, true},
		"25, at most":   {"25.14.1", "echo x >out; exit 255", 255, 0, true},
		"25, asked":     {"25.14.1", "trap 'echo x >out; exit 4' TERM; kill -TERM $(cut -d ' ' -f 4 /proc/$PPID/stat); while :; do sleep 0.01; done", 4, 0, true},
		"25, not found": {"25.14.1", "exec /no/such", 127, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			job := scheduler.Job{Token: "t", Command: "sh", Args: []string{"-c", test.script}, Outputs: []string{"out"}}
			for file, text := range map[string]string{"task.sh": description.Task(job), "ad": `CondorVersion = "$CondorVersion: ` + test.version + ` 2026-01-01 $"` + "\n"} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), "sh", "task.sh", "0")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "_CONDOR_MACHINE_AD="+filepath.Join(dir, "ad"))
			if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
				t.Fatal(err)
			}
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if test.signal != 0 && (!status.Signaled() || status.Signal() != test.signal) || test.signal == 0 && status.ExitStatus() != test.code {
				t.Errorf("it ended with %v", cmd.ProcessState)
			}
			out, err := exec.CommandContext(t.Context(), "tar", "-tf", filepath.Join(dir, "results.tar")).Output()
			if packed := err == nil && (strings.Contains(string(out), "work/out") || name == "25, not found"); packed != test.packed {
				t.Errorf("packed: %q, %v", out, err)
			}
		})
	}
}
