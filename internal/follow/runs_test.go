package follow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a job has left at its pool is that of all its runs, also where it ended before the last one was ever handed over.
func TestAllRuns(t *testing.T) {
	t.Parallel()
	id := store.JobID("abcdefgh", "", time.Now())
	over := []store.Run{{Native: "7", State: scheduler.Failed}}
	for name, c := range map[string]struct {
		status store.JobStatus
		want   []scheduler.Ref
	}{
		"never handed over": {store.JobStatus{}, nil},
		"one run":           {store.JobStatus{Native: "7"}, []scheduler.Ref{{ID: "7", Token: id, Tasks: 1}}},
		"no answer":         {store.JobStatus{Attempts: 1}, []scheduler.Ref{{Token: id, Tasks: 1}}},
		"two runs":          {store.JobStatus{Native: "8", Run: 1, Runs: over}, []scheduler.Ref{{ID: "7", Token: id, Tasks: 1}, {ID: "8", Token: id + "-r1", Tasks: 1}}},
		"ended at rest":     {store.JobStatus{Run: 1, Runs: over}, []scheduler.Ref{{ID: "7", Token: id, Tasks: 1}}},
	} {
		if diff := cmp.Diff(c.want, AllRuns(store.Job{ID: id, Tasks: 1, Status: c.status})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
