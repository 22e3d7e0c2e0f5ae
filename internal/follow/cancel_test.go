package follow

import (
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A job that rests, between two runs or since its pool wants to be left alone, is cancelled at once, and not when it would have been handed over again.
func TestCancelWhileItRests(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 1, time.Now().Add(time.Hour))
	begin(t, s, newPool(), "one", Rules{})
	status := job.Status
	status.CancelRequested = time.Now()
	if _, err := s.Commit(t.Context(), job.SchedulerUID, store.Batch{Changes: []store.Change{{JobID: job.ID, ExpectRevision: job.Revision, Status: status}}}); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); state(t, s, job.ID) != scheduler.Cancelled; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 30*time.Second {
			t.Fatal("it still waits")
		}
	}
}

// One that somebody is at is left to that one, who hears of the wish.
func TestCancelWhileSomebodyIsAtIt(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		retry time.Time
		want  bool
	}{
		"nobody any more": {now.Add(-time.Second), false},
		"somebody":        {now.Add(claim / 2), true},
		"it rests":        {now.Add(2 * claim), false},
	} {
		if got := claimed(store.JobStatus{State: scheduler.Pending, RetryAt: c.retry}, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
