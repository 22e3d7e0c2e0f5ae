package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// atPool is the job as its driver knows it, if it is there and has not ended; verb is what cannot be done else.
func (j *Job) atPool(ctx context.Context, verb string) (*call.Scheduler, scheduler.Ref, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return nil, scheduler.Ref{}, err
	}
	if job.Status.State.Terminal() {
		return nil, scheduler.Ref{}, fault.Conflict.New("%s: job %s has ended (%s)", verb, j.ID, job.Status.State)
	}
	if job.Status.Native == "" {
		return nil, scheduler.Ref{}, fault.Conflict.New("%s: job %s is not at its pool yet (%s)", verb, j.ID, job.Status.State)
	}
	c, err := j.host.caller(ctx, j.uid)
	return c, follow.Ref(job), err
}

// ref names a job that is at its pool, or was.
func (j *Job) ref(ctx context.Context) (store.Job, scheduler.Ref, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return job, scheduler.Ref{}, err
	}
	if job.Status.Native == "" {
		return job, scheduler.Ref{}, fault.Conflict.New("job %s is not at its pool (%s)", j.ID, job.Status.State)
	}
	return job, follow.Ref(job), nil
}
