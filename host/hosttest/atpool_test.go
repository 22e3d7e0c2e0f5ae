package hosttest_test

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a portal can ask of any pool, it can ask of the one in its tests.
func TestWhatAPoolCanDoBesides(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	job := submit(t, h, scheduler.Job{})
	job = hosttest.WaitFor(t, h, job.ID, scheduler.Queued)
	if why, err := job.Explain(t.Context(), 0); err != nil || !strings.Contains(why.Summary, "waits for the test") {
		t.Errorf("%+v, %v", why, err)
	}
	pool.Run(job.ID)
	job = hosttest.WaitFor(t, h, job.ID, scheduler.Running)
	if err := job.Suspend(t.Context()); err != nil {
		t.Fatal(err)
	}
	job = hosttest.WaitFor(t, h, job.ID, scheduler.Suspended)
	if err := job.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	hosttest.WaitFor(t, h, job.ID, scheduler.Running)
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	if shown, err := s.Inspect(t.Context()); err != nil || shown.Jobs[scheduler.Running] != 1 || shown.Count != 1 {
		t.Errorf("%+v, %v", shown, err)
	}
}
