package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Delete clears away what the pool keeps of a job that has ended, of all its runs, and then forgets the record: nothing but the job's own folder goes. What
// Download or Policy.Results brought here stays. Where the driver cannot clear away ("removals" of [Scheduler.Can]), only the record goes.
//
// A job that has not ended is fault.Conflict. When the pool cannot be asked now the error says so, and everything is there as before: delete again. The
// key of a deleted job stays used, see [Scheduler.Submit].
func (j *Job) Delete(ctx context.Context) error {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return err
	}
	if !job.Status.State.Terminal() {
		return fault.Conflict.New("job %s has not ended (%s); cancel it first", j.ID, job.Status.State)
	}
	// An intent that no driver was ever asked about has left nothing anywhere.
	if refs := follow.AllRuns(job); len(refs) > 0 {
		c, err := j.host.caller(ctx, j.uid)
		if err != nil {
			return err
		}
		if c.Can(call.Removals) {
			if err := c.Remove(ctx, refs); err != nil {
				return err
			}
		}
	}
	return j.host.store.DeleteJob(ctx, j.ID)
}
