package results_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/results"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
)

// The disk of the results is full: that is nobody's poison but ours, what was brought stays, nothing is left in half, and when there is room the rest is brought.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := lab.SmallDisk(t, 256<<10)
	dir := filepath.Join(disk, "results")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 128<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("x", 160<<10)
	files := func() *liar { return &liar{files: []lie{file("a", "first"), file("large", large), file("z", "last")}} }
	_, err := bring(t, files(), dir, results.Options{})
	if err == nil || errors.Is(err, fault.Invalid) || fault.Blame(err) != fault.Host || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "large") {
		t.Errorf("%v, of kind %q, blames %q", err, fault.Of(err), fault.Blame(err))
	}
	if content(t, dir, "a") != "first" {
		t.Error("what was there is lost")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.oceanid-part")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "large")); err == nil {
		t.Error("what did not fit is there")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	again := files()
	got, err := bring(t, again, dir, results.Options{})
	if err != nil || got.Files != 3 || content(t, dir, "large") != large || content(t, dir, "z") != "last" {
		t.Errorf("%+v, %v", got, err)
	}
}
