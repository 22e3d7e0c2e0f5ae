package launch_test

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/launch"
)

// A system whose /proc leaves out what is measured, as gVisor's does, is no system without use.
func TestLimitsThatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	const (
		stat   = "7 (a driver) S 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 4 0 100\n"
		status = "VmRSS:\t 5000 kB\nRssAnon:\t 4000 kB\n"
	)
	for name, c := range map[string]struct {
		stat, status string
		want         []string
	}{
		"all":        {stat, status, nil},
		"no memory":  {stat, "VmRSS:\t 5000 kB\n", []string{"the limit of memory"}},
		"no group":   {strings.Replace(stat, "S 1 5", "S 1 0", 1), status, []string{"the limit of memory", "the limit of 60 processes"}},
		"no threads": {strings.Replace(stat, "0 4 0 100", "0 0 0 100", 1), status, []string{"the limit of memory", "the limit of 60 processes"}},
		"no /proc":   {"", "", []string{"the limit of memory", "the limit of 60 processes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := launch.Limits{Memory: 1 << 30, Processes: 60}.Unmeasured(c.stat, c.status, 5)
			if len(said) != len(c.want) {
				t.Fatalf("said %q", said)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(said[i], want) {
					t.Errorf("said %q, want %q", said[i], want)
				}
			}
			if said := (launch.Limits{}).Unmeasured(c.stat, c.status, 5); len(said) > 0 {
				t.Errorf("without limits: %q", said)
			}
		})
	}
}
