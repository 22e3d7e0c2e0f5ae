package follow

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// creation is what became of an intent in a batch.
type creation struct {
	store.Created
	failed error // of the whole batch: nothing was decided
}

// Create writes an intent down, together with what else arrives for the same scheduler. Of c.Job it needs SchedulerUID, Scheduler, Type and Spec, or
// Workflow besides; ID, token, state and counts are filled in where they are missing, and the intent is claimed: whoever creates it submits it. It answers
// with the job as it stands, and whether this call made it: a job that was there already, by its key, is carried to the pool by somebody else.
//
// fault.Exhausted and fault.Conflict say that there is no such job, as [store.Created] does. On any other error the intent may be there all the same.
func (s *Submitter) Create(ctx context.Context, c store.Creation) (job store.Job, made bool, err error) {
	c.Job = intent(c.Job, time.Now())
	got, err := s.desk(c.Job.SchedulerUID).creations.do(ctx, c)
	for _, failed := range []error{err, got.failed, got.Err} {
		if failed != nil {
			return store.Job{}, false, failed
		}
	}
	if got.Existing {
		job, err = s.store.Job(ctx, got.ID)
		return job, false, err
	}
	c.Job.Revision = 1
	return c.Job, true, nil
}

// intent fills in what a new job may leave open.
func intent(job store.Job, now time.Time) store.Job {
	if job.ID == "" {
		job.ID = store.JobID(job.SchedulerUID, job.Spec.Key, now)
	}
	job.Spec.Token = job.ID
	if job.Tasks == 0 {
		job.Tasks = tasks(job)
	}
	if job.Created.IsZero() {
		job.Created = now.UTC().Truncate(time.Millisecond)
	}
	if st := &job.Status; st.State == "" {
		st.State = scheduler.Pending
		st.Attempts, st.Attempted, st.RetryAt = 1, now, Claim(now)
	}
	if job.Status.Counts == nil {
		job.Status.Counts = map[scheduler.State]int{job.Status.State: job.Tasks}
	}
	return job
}

// create makes a batch of intents. One that cannot be must not stand in the way of the others.
func (s *Submitter) create(ctx context.Context, uid string, batch []store.Creation, answer func(int, creation)) {
	made, err := s.store.Create(ctx, uid, batch, time.Now())
	if errors.Is(err, fault.Invalid) && len(batch) > 1 {
		for i := range batch {
			s.create(ctx, uid, batch[i:i+1], func(_ int, c creation) { answer(i, c) })
		}
		return
	}
	for i := range batch {
		if err != nil {
			answer(i, creation{failed: err})
		} else {
			answer(i, creation{Created: made[i]})
		}
	}
}

// weight is about how many bytes a job is in a message or a record.
func weight(job scheduler.Job) int {
	n := 1024 + len(job.Command) + len(job.Name)
	for _, a := range job.Args {
		n += len(a) + 8
	}
	for k, v := range job.Env {
		n += len(k) + len(v) + 16
	}
	for k, v := range job.Labels {
		n += len(k) + len(v) + 16
	}
	for _, in := range job.Inputs {
		n += 256 + len(in.Name) + len(in.Path) + len(in.Data)*4/3
	}
	for _, o := range job.Outputs {
		n += len(o) + 8
	}
	if job.Array != nil {
		n += 8 * len(job.Array.Indices)
		for _, row := range job.Array.Args {
			for _, a := range row {
				n += len(a) + 8
			}
		}
	}
	return n
}

func weightOf(w *scheduler.Workflow) (n int) {
	if w == nil {
		return 0
	}
	for _, node := range w.Nodes {
		n += 256 + weight(node.Job) + weightOf(node.Workflow)
	}
	return n
}
