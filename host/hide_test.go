package host_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A driver that quotes its password in an error or a panic puts it into no job's record and into no error.
func TestSecretsInWhatADriverSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0", envDriver+"_FAILS=fails.example.org")
	write(t, filepath.Join(dir, "config.hcl"), "driver \"extra\" {\n  path = \""+program+"\"\n}\n")
	h := open(t, dir, host.Options{})
	s := extra(t, h, "s", "pool.example.org")
	blurt := func() {
		t.Helper()
		if _, err := s.Submit(t.Context(), scheduler.Job{Command: "blurt"}); err == nil || err.Error() != `scheduler "s": submit: the pool does not take …` {
			t.Errorf("submitted: %v", err)
		}
	}
	blurt()
	blurt() // now the secrets are known
	s.Set(host.Config{"password": "shibboleth"})
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	blurt()
	jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{})
	if err != nil || len(jobs) != 3 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	for _, j := range jobs {
		if !strings.HasSuffix(j.Reason, "the pool does not take …") {
			t.Errorf("the job says: %s", j.Reason)
		}
	}
	failing, err := h.CreateScheduler("failing", "fails.example.org", "extra", host.Config{"password": "opensesame"})
	if err != nil {
		t.Fatal(err)
	}
	if err := failing.Save(t.Context()); err == nil || strings.Contains(err.Error(), "opensesame") {
		t.Errorf("saved: %v", err)
	}
}
