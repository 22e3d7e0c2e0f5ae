package host_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submissions, ends and how late they were noticed are measured, and nothing of it is left when the host has closed.
func TestJobMetrics(t *testing.T) {
	t.Parallel()
	p, registry := newPool(), prometheus.NewRegistry()
	h := open(t, t.TempDir(), host.Options{Drivers: drivers(p.plugin("memory")).Drivers, Metrics: registry})
	s := saved(t, h, "Default")
	// What happens before the host listens for itself is not counted: so there are several.
	var last *host.Job
	for patience := time.Now().Add(30 * time.Second); series(t, registry, "oceanid_jobs_ended_total") == 0; {
		if time.Now().After(patience) {
			t.Fatal("no end was counted")
		}
		last = ended(t, s, p, scheduler.Job{}, scheduler.Status{State: scheduler.Succeeded, Time: time.Now()})
	}
	if _, err := s.Submit(t.Context(), scheduler.Job{}); err == nil {
		t.Error("a job without a command was submitted")
	}
	for _, name := range []string{"oceanid_jobs_submitted_total", "oceanid_jobs_submit_seconds", "oceanid_jobs_notice_lag_seconds"} {
		if series(t, registry, name) == 0 {
			t.Errorf("no %s beside job %s", name, last.ID)
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := series(t, registry, "oceanid_jobs_submitted_total"); n != 0 {
		t.Errorf("%d series are left", n)
	}
}
