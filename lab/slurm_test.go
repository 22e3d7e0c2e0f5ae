package lab_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

func TestSlurm(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, Slots: 3, SlurmConfig: "MinJobAge=77"})

	t.Run("a user's job finishes", func(t *testing.T) { runBatch(t, l, "first") })
	t.Run("slots", func(t *testing.T) {
		out, err := l.Run(t.Context(), "ada", "sinfo", "--noheader", "--format", "%c %m %G")
		if got := strings.TrimSpace(string(out)); err != nil || got != "3 3072 gpu:2" {
			t.Errorf("the cluster has %q, %v", got, err)
		}
	})
	t.Run("configuration", func(t *testing.T) {
		out, err := l.Run(t.Context(), "ada", "scontrol", "show", "config")
		if err != nil || !strings.Contains(string(out), "= 77 sec") {
			t.Errorf("MinJobAge is not 77 seconds: %v\n%s", err, out)
		}
	})
	t.Run("jobs run beside each other", func(t *testing.T) {
		const script = "rm -f met-*; for n in 1 2 3; do sbatch --quiet --output=/dev/null --wrap \"touch met-$n; until [ -e met-1 ] && [ -e met-2 ] && [ -e met-3 ]; do sleep 0.1; done; touch met-all-$n\"; done"
		if _, err := l.Run(t.Context(), "ada", "sh", "-c", script); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() string {
			if _, err := l.Run(t.Context(), "ada", "ls", "met-all-1", "met-all-2", "met-all-3"); err != nil {
				return err.Error()
			}
			return ""
		})
	})
	t.Run("its daemons can be killed and started again", func(t *testing.T) {
		for _, daemon := range []string{"slurmctld", "slurmd", "munged"} {
			if err := l.KillService(t.Context(), daemon, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		for _, daemon := range []string{"munged", "slurmctld", "slurmd"} {
			if err := l.StartService(t.Context(), daemon); err != nil {
				t.Fatal(err)
			}
		}
		runBatch(t, l, "second")
	})
}

// runBatch submits a job as ada and waits for its end. Each job needs a file of its own: after kill -9
// slurmctld may run an earlier one again, whose end it had not written down yet.
func runBatch(t *testing.T, l *lab.Lab, file string) {
	t.Helper()
	out, err := l.Run(t.Context(), "ada", "sbatch", "--wait", "--output="+file, "--wrap", "id -un; pwd")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err = l.Run(t.Context(), "ada", "cat", file); err != nil || string(out) != "ada\n/home/ada\n" {
		t.Errorf("the job wrote %q, %v", out, err)
	}
}
