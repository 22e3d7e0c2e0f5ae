package follow

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// How many intents a follower hands to the pool at once: when a pool comes back after hours, thousands may wait for it.
const crowd = 16

// finished tells that a worker has ended, and when its job is to be looked at again; zero: when its ledger says.
type finished struct {
	id    string
	at    time.Time
	back  bool // the store has gone back in time
	doubt bool // the pool may still have jobs that the store has lost
	// strays are jobs that are not to be at the pool, and could not be cancelled.
	strays []scheduler.Ref
	// withheld are jobs whose news is still withheld: the pool could not be asked.
	withheld []string
}

// The workers that are for many jobs have names that no job has.
const (
	cancelling = "cancel"
	asking     = "ask"
	expiring   = "expire"
	adopting   = "adopt"
	looking    = "look"
	straying   = "stray"
)

// chores starts what is due: intents whose owner has gone are submitted, cancellations that were not heard are asked for again, the pool is asked about
// jobs that it said it does not know, jobs that have run out of time are ended. Each runs as a worker of its own, that run waits for.
func (f *follower) chores(ctx context.Context, now time.Time) {
	for f.submitting < crowd {
		id, ok := f.intents.next(now)
		if !ok {
			break
		}
		if _, busy := f.working[id]; !busy && f.jobs[id] != nil {
			f.work(id, true, func() time.Time { return f.submit(ctx, id) })
		}
	}
	var cancels, missing []scheduler.Ref
	var over []overdue
	_, busy := f.working[expiring]
	f.unsure(now) // notes since when
	for {
		id, ok := f.due.next(now)
		if !ok {
			break
		}
		l := f.jobs[id]
		if l == nil {
			continue
		}
		if _, busy := f.working[id]; busy {
			f.due.set(id, now.Add(chores))
			continue
		}
		if at := l.cancelAt(); !at.IsZero() && !at.After(now) {
			l.cancelled = now
			if l.status.State == scheduler.Pending {
				f.work(id, false, func() time.Time { return f.cancel(ctx, id) })
			} else {
				cancels = append(cancels, l.ref())
			}
		}
		if at := l.askAt(f.rules.now().lostAfter()); !at.IsZero() && !at.After(now) {
			l.asked = now
			missing = append(missing, l.ref())
		}
		if at := l.deadline(); !at.IsZero() && !at.After(now) && !busy {
			l.expired = now
			over = append(over, l.overdue(now))
		}
		f.plan(l)
		f.due.delay(id, now.Add(chores)) // so that the look at what is due comes to an end
	}
	f.workOnce(cancelling, len(cancels) > 0, func() { f.cancelAll(ctx, cancels) })
	f.cancelStrays(ctx, now)
	asked := f.question()
	f.workOnce(expiring, len(over) > 0, func() { f.expire(ctx, over, asked) })
	if _, busy := f.working[asking]; !busy {
		refs, withheld := f.withheldRefs(now)
		missing = append(missing, refs...)
		f.workOnceFor(asking, len(missing) > 0, func() finished {
			if f.askAbout(ctx, missing, asked) {
				return finished{}
			}
			return finished{withheld: withheld}
		})
	}
	if _, busy := f.working[adopting]; !busy && f.doubt && now.Sub(f.adopted) > adoptPause {
		f.doubt, f.adopted = false, now
		f.start(adopting, false, func() finished { return f.adopt(ctx, now) })
	}
	if _, busy := f.working[looking]; !busy && now.Sub(f.looked) >= beat {
		f.looked = now
		f.start(looking, false, func() finished { return finished{back: f.wentBack(ctx)} })
	}
}

// plan puts a job down for when something is to be done about it next.
func (f *follower) plan(l *ledger) {
	intent := time.Time{}
	if l.status.State == scheduler.Pending && l.status.CancelRequested.IsZero() {
		intent = later(time.Unix(0, 0), l.status.RetryAt)
	}
	f.intents.set(l.id, intent)
	next := time.Time{}
	for _, at := range []time.Time{l.cancelAt(), l.askAt(f.rules.now().lostAfter()), l.deadline()} {
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	f.due.set(l.id, next)
}

// cancelAt is when a wish to cancel is to be repeated; zero: nobody has it. That of an intent waits until nobody is at it (see claimed).
func (l *ledger) cancelAt() time.Time {
	if l.status.CancelRequested.IsZero() {
		return time.Time{}
	}
	at := l.status.CancelRequested
	if claimed(l.status, at) {
		at = l.status.RetryAt
	}
	if !l.cancelled.IsZero() {
		at = later(at, l.cancelled.Add(again))
	}
	return at
}

// askAt is when the pool is to be asked about a job that it said it does not know; zero: it knows it.
func (l *ledger) askAt(lostAfter time.Duration) time.Time {
	if l.status.Missing.IsZero() || l.status.Native == "" {
		return time.Time{}
	}
	at := l.status.Missing.Add(lostAfter)
	if !l.asked.IsZero() {
		at = later(at, l.asked.Add(again))
	}
	return at
}

// claimed tells whether somebody may be at an intent. One that is to be tried again later than any claim lasts only rests.
func claimed(st store.JobStatus, now time.Time) bool {
	return st.State == scheduler.Pending && st.RetryAt.After(now) && !st.RetryAt.After(Claim(now))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (f *follower) work(id string, submits bool, do func() time.Time) {
	f.start(id, submits, func() finished { return finished{at: do()} })
}

func (f *follower) start(id string, submits bool, do func() finished) {
	f.working[id] = submits
	f.workers++
	if submits {
		f.submitting++
	}
	go func() {
		w := do()
		w.id = id
		f.done <- w
	}()
}

// workOnce starts a worker that there is one of, if it is wanted; false: it is not, or is at work.
func (f *follower) workOnce(name string, wanted bool, do func()) bool {
	return f.workOnceFor(name, wanted, func() finished { do(); return finished{} })
}

// workOnceFor is workOnce of a worker that answers.
func (f *follower) workOnceFor(name string, wanted bool, do func() finished) bool {
	if _, busy := f.working[name]; busy || !wanted {
		return false
	}
	f.start(name, false, do)
	return true
}

// worked notes that a worker has ended.
func (f *follower) worked(w finished, now time.Time) {
	submits := f.working[w.id]
	if submits {
		f.submitting--
	}
	f.workers--
	delete(f.working, w.id)
	f.doubt = f.doubt || w.doubt
	f.strays = append(f.strays, w.strays...)
	f.withholdAgain(w.withheld)
	// What it wrote comes to the ledger as an event, a moment later.
	if l := f.jobs[w.id]; l != nil && submits && l.status.State == scheduler.Pending && l.status.CancelRequested.IsZero() {
		f.intents.set(w.id, later(w.at, now.Add(chores)))
	}
}

// submit takes an intent over whose owner says no more that it is at it: it claims it, so that no third one does, and carries it to the pool under its
// token. An owner says so quietly; only the record as it is now tells. It answers with when to look again.
func (f *follower) submit(ctx context.Context, id string) time.Time {
	job, err := f.store.Job(ctx, id)
	if err != nil || job.Status.State != scheduler.Pending {
		return time.Time{}
	}
	if job.Status.RetryAt.After(time.Now()) {
		return job.Status.RetryAt
	}
	status := job.Status
	status.Attempts++
	status.Attempted = time.Now()
	status.RetryAt = Claim(status.Attempted)
	conflicts, err := f.store.Commit(ctx, f.lease.UID, store.Batch{Fence: f.lease.Fence,
		Changes: []store.Change{{JobID: id, ExpectRevision: job.Revision, Status: status, Quiet: true}}})
	if err != nil || len(conflicts) > 0 {
		return time.Time{}
	}
	job.Status, job.Revision = status, job.Revision+1
	job, err = f.submits.Submit(ctx, job)
	if err != nil && ctx.Err() == nil {
		f.log.Warn("a job kept for its pool was refused", "job", id, "error", err)
	}
	return job.Status.RetryAt
}

// cancel repeats a cancellation of an intent. Its job may or may not be at the pool: its token says which; either way it is cancelled then.
func (f *follower) cancel(ctx context.Context, id string) time.Time {
	job, err := f.store.Job(ctx, id)
	if err != nil || job.Status.State.Terminal() {
		return time.Time{}
	}
	if claimed(job.Status, time.Now()) {
		return time.Time{}
	}
	if err := f.driver.Cancel(ctx, append(before(job), Ref(job))); err != nil {
		if ctx.Err() == nil {
			f.log.Warn("a job could not be cancelled, is tried again", "job", id, "error", err)
		}
		return time.Time{}
	}
	if job.Status.State == scheduler.Pending && job.Status.Native == "" {
		CancelPending(ctx, f.store, job, f.lease.Fence)
	}
	return time.Time{}
}

// cancelAll repeats the cancellation of jobs that are at the pool. false: it has not heard of it.
func (f *follower) cancelAll(ctx context.Context, refs []scheduler.Ref) bool {
	err := f.driver.Cancel(ctx, refs)
	if err != nil && ctx.Err() == nil {
		f.log.Warn("jobs could not be cancelled, are tried again", "jobs", len(refs), "first", refs[0].Token, "error", err)
	}
	return err == nil || errors.Is(err, fault.NotFound)
}

// cancelStrays ends the jobs at the pool that are not to be there. No record remembers that: those that cannot be cancelled now are kept in mind.
func (f *follower) cancelStrays(ctx context.Context, now time.Time) {
	if _, busy := f.working[straying]; busy || len(f.strays) == 0 || now.Sub(f.strayed) < again {
		return
	}
	refs := f.strays
	f.strays, f.strayed = nil, now
	f.start(straying, false, func() finished {
		if f.cancelAll(ctx, refs) {
			return finished{}
		}
		return finished{strays: refs}
	})
}

// CancelPending marks a job that is not at the pool as cancelled. A conflict is none: somebody else moved it, and whoever did sees the request.
func CancelPending(ctx context.Context, s *store.Store, job store.Job, fence int64) error {
	status, tasks := job.Status, tasks(job)
	status.State, status.Reason, status.Ended = scheduler.Cancelled, "cancelled before it was at the pool", time.Now()
	status.Counts = map[scheduler.State]int{scheduler.Cancelled: tasks}
	blame(&status)
	_, err := s.Commit(ctx, job.SchedulerUID, store.Batch{Fence: fence, Changes: []store.Change{{
		JobID: job.ID, ExpectRevision: job.Revision, Status: status,
		Tasks: []store.TaskChange{{First: 0, Count: tasks, State: scheduler.Cancelled}},
	}}})
	return err
}
