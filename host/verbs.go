package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The verbs below act on a job at its pool. Each returns when the pool has taken the request; what becomes of the job then comes as news. Where its driver
// lacks the verb ([Scheduler.Can]) that is fault.Unsupported, of a job that is not at its pool yet, or has ended, fault.Conflict. A pool that does not answer
// is fault.Unavailable or fault.Timeout, and the request may have come through: repeating it does no harm.

// Hold keeps the tasks that have not begun from running, until somebody calls Release. What runs goes on. A job that is held already stays so.
func (j *Job) Hold(ctx context.Context) error {
	return j.act(ctx, "hold", (*call.Scheduler).Hold)
}

// Release lets held tasks wait for their turn again, whoever held them, and for whatever reason. A job of which nothing is held stays as it is.
func (j *Job) Release(ctx context.Context) error {
	return j.act(ctx, "release", (*call.Scheduler).Release)
}

// Suspend stops the tasks that run where they are, until somebody calls Resume. What does not run stays as it is.
func (j *Job) Suspend(ctx context.Context) error {
	return j.act(ctx, "suspend", (*call.Scheduler).Suspend)
}

// Resume lets suspended tasks go on. A job of which nothing is suspended stays as it is.
func (j *Job) Resume(ctx context.Context) error {
	return j.act(ctx, "resume", (*call.Scheduler).Resume)
}

// act has the pool do something with the job.
func (j *Job) act(ctx context.Context, verb string, do func(*call.Scheduler, context.Context, []scheduler.Ref) error) error {
	c, ref, err := j.atPool(ctx, verb)
	if err != nil {
		return err
	}
	return do(c, ctx, []scheduler.Ref{ref})
}

// Explain says in plain words what one task waits for, from what the pool itself says: which machines could run it, which limits it meets, who is before it. It
// asks the pool. A task that does not wait, and a job that is not at the pool, is told as what it is, whatever the driver can; else a driver that cannot
// explain is fault.Unsupported.
func (j *Job) Explain(ctx context.Context, task int) (scheduler.Explanation, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	if task < 0 || task >= job.Tasks {
		return scheduler.Explanation{}, fault.NotFound.New("job %s has tasks 0 to %d, not %d", j.ID, job.Tasks-1, task)
	}
	if job.Status.Native == "" || job.Status.State.Terminal() {
		return standing(job), nil
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	return c.Explain(ctx, follow.Ref(job), task)
}

// standing explains a job that there is nothing to ask a pool about.
func standing(job store.Job) scheduler.Explanation {
	st := job.Status
	e := scheduler.Explanation{Summary: "The job has ended: it " + map[scheduler.State]string{
		scheduler.Succeeded: "has succeeded", scheduler.Failed: "has failed", scheduler.Cancelled: "was cancelled", scheduler.Lost: "is lost",
	}[st.State] + "."}
	if !st.State.Terminal() {
		e.Summary = "The job is not at the pool yet."
		if !st.RetryAt.IsZero() && st.Reason != "" {
			e.Advice = "It is handed over again by itself; look at what the reason says."
		}
	}
	if st.Reason != "" {
		e.Points = []string{st.Reason}
	}
	return e
}

// Inspect asks the pool what it is made of: its nodes, what they do, its version. A driver that cannot tell is fault.Unsupported.
func (s *Scheduler) Inspect(ctx context.Context) (scheduler.Pool, error) {
	record, err := s.kept("inspect its pool")
	if err != nil {
		return scheduler.Pool{}, err
	}
	c, err := s.host.caller(ctx, record.UID)
	if err != nil {
		return scheduler.Pool{}, err
	}
	return c.Inspect(ctx)
}
