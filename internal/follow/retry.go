package follow

import (
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// retry decides about a job that news has moved, before that is written: whether one of its rules gives it back to be handed to the pool once more. l and
// changes are as after the news; what it answers with is written in their place, in the same step.
func (l *ledger) retry(changes []store.TaskChange, now time.Time) []store.TaskChange {
	return changes
}

// requested is what the pool is asked for in the job's present run: its specification with what rules have changed of it, under the run's token.
func requested(job store.Job) scheduler.Job {
	spec := job.Spec
	spec.Token = job.Token()
	return spec
}
