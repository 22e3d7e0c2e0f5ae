package lab_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

const oneJob = `executable = /bin/sh
arguments = "-c 'id -un; pwd'"
transfer_executable = false
should_transfer_files = yes
when_to_transfer_output = on_exit
output = out
log = log
queue
`

func TestCondor(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Condor: true, Slots: 3, CondorConfig: "LAB_MARK = here"})

	t.Run("a user's job finishes", func(t *testing.T) { runJob(t, l) })
	t.Run("slots", func(t *testing.T) {
		out, err := l.Run(t.Context(), "ada", "condor_status", "-autoformat", "TotalSlotCpus")
		if got := strings.TrimSpace(string(out)); err != nil || got != "3" {
			t.Errorf("the pool has %q CPUs, %v", got, err)
		}
	})
	t.Run("configuration", func(t *testing.T) {
		out, err := l.Run(t.Context(), "ada", "condor_config_val", "LAB_MARK")
		if got := strings.TrimSpace(string(out)); err != nil || got != "here" {
			t.Errorf("LAB_MARK is %q, %v", got, err)
		}
	})
	t.Run("a killed schedd comes back", func(t *testing.T) {
		if err := l.KillService(t.Context(), "condor_schedd", syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		runJob(t, l)
	})
	t.Run("a stopped pool can be started again", func(t *testing.T) {
		if err := l.KillService(t.Context(), "condor_master", syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		if err := l.StartService(t.Context(), "condor_master"); err != nil {
			t.Fatal(err)
		}
		runJob(t, l)
	})
}

func TestCondorOfEachRelease(t *testing.T) {
	t.Parallel()
	for release, version := range map[lab.Debian]string{lab.Trixie: "$CondorVersion: 23.9.", lab.Sid: "$CondorVersion: 25."} {
		t.Run(string(release), func(t *testing.T) {
			t.Parallel()
			l := lab.ForTest(t, lab.Options{Debian: release, Condor: true, Slots: 3})
			out, err := l.Run(t.Context(), "ada", "condor_version")
			if err != nil || !strings.HasPrefix(string(out), version) {
				t.Errorf("its version is %q, %v; want %s", out, err, version)
			}
			runJob(t, l)
		})
	}
}

// runJob submits one as ada and waits for its end.
func runJob(t *testing.T, l *lab.Lab) {
	t.Helper()
	src := filepath.Join(t.TempDir(), "job.sub")
	if err := os.WriteFile(src, []byte(oneJob), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.CopyIn(t.Context(), "ada", src, "job.sub"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		if _, err := l.Run(t.Context(), "ada", "sh", "-c", "rm -f log; condor_submit job.sub"); err != nil {
			return err.Error()
		}
		return ""
	})
	if _, err := l.Run(t.Context(), "ada", "condor_wait", "-wait", "60", "log"); err != nil {
		t.Fatal(err)
	}
	out, err := l.Run(t.Context(), "ada", "cat", "out")
	if lines := strings.Fields(string(out)); err != nil || len(lines) != 2 || lines[0] != "ada" {
		t.Errorf("the job wrote %q, %v", out, err)
	}
}
