package host

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Cancel ends the job with all its tasks. It returns when the request is written down and, if the pool answers now, the pool has taken it; it is repeated
// until the pool has. The end comes as an event. A job that has ended is cancelled already.
func (j *Job) Cancel(ctx context.Context) error {
	job, err := j.requestCancel(ctx)
	if err != nil || job.Status.State.Terminal() || job.Status.Native == "" {
		// An intent that is not at the pool yet is cancelled by whoever carries it, or by the follower.
		return err
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return err
	}
	err = c.Cancel(ctx, []scheduler.Ref{follow.Ref(job)})
	if k := fault.Of(err); ctx.Err() == nil && (k == fault.Unavailable || k == fault.Timeout || k == fault.Crashed) {
		return nil // the wish is written down; the follower repeats it
	}
	return err
}

// requestCancel writes the wish down.
func (j *Job) requestCancel(ctx context.Context) (store.Job, error) {
	for {
		job, err := j.host.store.Job(ctx, j.ID)
		if err != nil || job.Status.State.Terminal() || !job.Status.CancelRequested.IsZero() {
			return job, err
		}
		status := job.Status
		status.CancelRequested = time.Now()
		conflicts, err := j.host.store.Commit(ctx, j.uid, store.Batch{Changes: []store.Change{{JobID: j.ID, ExpectRevision: job.Revision, Status: status}}})
		if err != nil {
			return job, err
		}
		if len(conflicts) == 0 {
			job.Status, job.Revision = status, job.Revision+1
			return job, nil
		}
	}
}
