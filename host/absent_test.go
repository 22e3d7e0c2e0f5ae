package host_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A job whose driver is gone for a while waits for it: that is no mistake in the job.
func TestAJobOfADriverThatIsGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, path := filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "config.hcl")
	install(t, program, "1.0.0")
	block := fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program)
	write(t, path, block)
	h := open(t, dir, host.Options{})
	s := extra(t, h, "s", "pool.example.org")
	for name, without := range map[string]string{"removed": "", "refused": fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program+"-not")} {
		// What runs would go on in place of what is refused.
		for _, text := range []string{"", without} {
			write(t, path, text)
			reload(t, h)
		}
		job, err := s.Submit(t.Context(), scheduler.Job{Command: "x"})
		if err != nil || job.State != scheduler.Pending || !strings.Contains(job.Reason, "extra") {
			t.Fatalf("%s: %v, %+v", name, err, job)
		}
		write(t, path, block)
		reload(t, h)
		reach(t, job, scheduler.Running)
	}
}
