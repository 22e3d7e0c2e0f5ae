package lab_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

// verdict records what Require does to a test.
type verdict struct{ skipped, failed string }

func (v *verdict) Helper()                        {}
func (v *verdict) Context() context.Context       { return context.Background() }
func (v *verdict) Cleanup(func())                 {}
func (v *verdict) Fatalf(format string, a ...any) { v.failed = fmt.Sprintf(format, a...) }
func (v *verdict) Skipf(format string, a ...any)  { v.skipped = fmt.Sprintf(format, a...) }

func TestRequireWithoutLab(t *testing.T) {
	for _, tt := range []struct {
		ci       string
		wantFail bool
	}{
		{"", false},
		{"false", false},
		{"true", true},
		{"1", true},
	} {
		t.Run("CI="+tt.ci, func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			t.Setenv("OCEANID_LAB_CACHE", t.TempDir()) // where no root is
			var got verdict
			lab.Require(&got)
			said := got.skipped
			if tt.wantFail {
				said = got.failed
			}
			if said == "" {
				t.Fatalf("verdict %+v", got)
			}
			if got.skipped != "" && got.failed != "" {
				t.Errorf("both: %+v", got)
			}
			if runtime.GOOS == "linux" && !strings.Contains(said, "make lab") && !strings.Contains(said, "as root") {
				t.Errorf("it does not say what to do: %s", said)
			}
		})
	}
}

func TestRequireWithLab(t *testing.T) {
	lab.Require(t)
	var got verdict
	lab.Require(&got)
	if got != (verdict{}) {
		t.Errorf("verdict %+v", got)
	}
}
