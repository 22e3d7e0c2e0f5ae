package lab_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
)

func TestRun(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{})
	tr := tracesOf(l)
	tr.hold(t)

	t.Run("as the user, at home, with a clean environment", func(t *testing.T) {
		out, err := l.Run(t.Context(), "ben", "sh", "-c", "id -un; pwd; echo $HOME; env | wc -l; hostname")
		lines := strings.Fields(string(out))
		if err != nil || len(lines) != 5 || lines[0] != "ben" || lines[1] != "/home/ben" || lines[2] != "/home/ben" || lines[4] != "lab" {
			t.Errorf("%q, %v", lines, err)
		}
	})
	t.Run("arguments arrive unchanged", func(t *testing.T) {
		const odd = "a b'c\"d$(id)\n*"
		out, err := l.Run(t.Context(), "ben", "printf", "%s", odd)
		if string(out) != odd || err != nil {
			t.Errorf("%q, %v", out, err)
		}
	})
	t.Run("a failure tells standard error", func(t *testing.T) {
		_, err := l.Run(t.Context(), "ben", "sh", "-c", "echo broken >&2; exit 3")
		if err == nil || !strings.Contains(err.Error(), "broken") || !strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("%v", err)
		}
	})
	t.Run("ends with its context, children too", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := l.Run(ctx, "ben", "sh", "-c", "sleep 1000 & wait")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		eventually(t, func() string {
			found := tr.processes(t)
			for _, name := range found {
				if strings.HasPrefix(name, "sleep") {
					return "sleep runs"
				}
			}
			return ""
		})
	})
	t.Run("the baked root stays as it is", func(t *testing.T) {
		if _, err := l.Run(t.Context(), "root", "sh", "-c", "echo changed >/etc/changed; rm /etc/debian_version"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(lab.RootDir(lab.Trixie), "etc/changed")); err == nil {
			t.Error("a file written in the lab is in the root")
		}
		if _, err := os.Stat(filepath.Join(lab.RootDir(lab.Trixie), "etc/debian_version")); err != nil {
			t.Errorf("a file removed in the lab: %v", err)
		}
	})
}
