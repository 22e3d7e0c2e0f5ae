package lab

import (
	"context"
	"fmt"
	"os"
)

// Missing says in a sentence what this machine lacks to run a lab of a release,
// and what to do about it; nil when it lacks nothing.
func Missing(release Debian) error {
	if err := missingPlatform(); err != nil {
		return err
	}
	if !rootBuilt(release) {
		return errNoRoot(release)
	}
	return nil
}

func errNoRoot(release Debian) error {
	return fmt.Errorf("the lab's root of %s, %s, is not built: run `make lab` (about a minute)", release, RootDir(release))
}

// TB is what [Require] and [ForTest] need of a *testing.T or *testing.B.
type TB interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Require skips a test on a machine that cannot run labs, and says why. In CI,
// where the variable CI is set, it fails the test instead, so that nothing is
// left out there unseen.
func Require(t TB) {
	t.Helper()
	require(t, Trixie)
}

func require(t TB, release Debian) {
	t.Helper()
	err := Missing(release)
	switch {
	case err == nil:
	case inCI():
		t.Fatalf("needs a lab, and in CI it must not be skipped: %v", err)
	default:
		t.Skipf("needs a lab: %v", err)
	}
}

func inCI() bool {
	ci := os.Getenv("CI")
	return ci != "" && ci != "false" && ci != "0"
}

// ForTest requires a lab, starts one for this test, and stops it at its end. A
// start that fails, or a stop that leaves something, fails the test.
func ForTest(t TB, o Options) *Lab {
	t.Helper()
	require(t, o.release())
	l, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("cannot start a lab: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Stop(); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return l
}
