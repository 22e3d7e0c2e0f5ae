package follow

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// chores starts what is due: intents whose owner has gone are submitted, cancellations that were not heard are asked for again. Each runs as a
// worker of its own, that run waits for.
func (f *follower) chores(ctx context.Context, now time.Time) {
	for id := range f.due {
		l := f.jobs[id]
		if _, busy := f.working[id]; busy {
			continue
		}
		pending := l.status.State == scheduler.Pending
		due := !l.status.RetryAt.After(now)
		switch {
		case !l.status.CancelRequested.IsZero() && (!pending || due) && now.Sub(f.cancelled[id]) > again:
			f.cancelled[id] = now
			f.work(id, false, func() { f.cancel(ctx, id, pending) })
		case pending && due && l.status.CancelRequested.IsZero() && f.submitting < crowd:
			f.work(id, true, func() { f.submit(ctx, id) })
		}
	}
}

func (f *follower) work(id string, submits bool, do func()) {
	f.working[id] = submits
	f.workers++
	if submits {
		f.submitting++
	}
	go func() {
		do()
		f.done <- id
	}()
}

// worked notes that the worker for a job has ended.
func (f *follower) worked(id string) {
	if f.working[id] {
		f.submitting--
	}
	f.workers--
	delete(f.working, id)
}

// submit takes an intent over whose owner says no more that it is at it: it claims it, so that no third one does, and carries it to the pool under its
// token. An owner says so quietly; only the record as it is now tells.
func (f *follower) submit(ctx context.Context, id string) {
	job, err := f.store.Job(ctx, id)
	if err != nil || job.Status.State != scheduler.Pending || job.Status.RetryAt.After(time.Now()) {
		return
	}
	status := job.Status
	status.Attempts++
	status.Attempted = time.Now()
	status.RetryAt = Claim(status.Attempted)
	conflicts, err := f.store.Commit(ctx, f.lease.UID, store.Batch{Fence: f.lease.Fence,
		Changes: []store.Change{{JobID: id, ExpectRevision: job.Revision, Status: status, Quiet: true}}})
	if err != nil || len(conflicts) > 0 {
		return
	}
	job.Status, job.Revision = status, job.Revision+1
	if _, err := f.submits.Submit(ctx, job); err != nil && ctx.Err() == nil {
		f.log.Warn("a job kept for its pool was refused", "job", id, "error", err)
	}
}

// cancel repeats a cancellation. The job of an intent may or may not be at the pool: its token says which; either way it is cancelled then.
func (f *follower) cancel(ctx context.Context, id string, pending bool) {
	job, err := f.store.Job(ctx, id)
	if err != nil || job.Status.State.Terminal() || pending && job.Status.RetryAt.After(time.Now()) {
		return
	}
	if err := f.driver.Cancel(ctx, []scheduler.Ref{Ref(job)}); err != nil {
		if ctx.Err() == nil {
			f.log.Warn("a job could not be cancelled, is tried again", "job", id, "error", err)
		}
		return
	}
	if pending && job.Status.Native == "" {
		CancelPending(ctx, f.store, job, f.lease.Fence)
	}
}

// CancelPending marks a job that is not at the pool as cancelled. A conflict is none: somebody else moved it, and whoever did sees the request.
func CancelPending(ctx context.Context, s *store.Store, job store.Job, fence int64) error {
	status, tasks := job.Status, job.Spec.Tasks()
	status.State, status.Reason, status.Ended = scheduler.Cancelled, "cancelled before it was at the pool", time.Now()
	status.Counts = map[scheduler.State]int{scheduler.Cancelled: tasks}
	_, err := s.Commit(ctx, job.SchedulerUID, store.Batch{Fence: fence, Changes: []store.Change{{
		JobID: job.ID, ExpectRevision: job.Revision, Status: status,
		Tasks: []store.TaskChange{{First: 0, Count: tasks, State: scheduler.Cancelled}},
	}}})
	return err
}
