package hosttest

import (
	"context"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// WaitFor waits until a job is in one of these states and returns it as it is then. A job that ends in another one, or does not come there within half a
// minute, fails the test.
func WaitFor(t testing.TB, h *host.Host, id string, states ...scheduler.State) *host.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	job, err := h.GetJob(ctx, id)
	if err != nil {
		t.Fatalf("job %s: %v", id, err)
	}
	for e, err := range job.Watch(ctx) {
		if err != nil {
			t.Fatalf("job %s is not %s: it is %s (%s): %v", id, states, job.State, job.Reason, err)
		}
		for _, s := range states {
			if e.State != s {
				continue
			}
			if job, err = h.GetJob(ctx, id); err != nil {
				t.Fatalf("job %s: %v", id, err)
			}
			if job.State == s {
				return job
			}
		}
		job.State, job.Reason = e.State, e.Reason
	}
	t.Fatalf("job %s is not %s: it has ended as %s (%s)", id, states, job.State, job.Reason)
	return nil
}
