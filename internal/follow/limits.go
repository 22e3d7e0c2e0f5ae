package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// deadline is when the job's policy wants something done about it, or again where that was tried; zero: nothing.
func (l *ledger) deadline() time.Time {
	at := l.limit()
	if !at.IsZero() && !l.expired.IsZero() {
		at = later(at, l.expired.Add(again))
	}
	return at
}

// limit is when the job's time is over by its policy; zero: never.
func (l *ledger) limit() time.Time {
	st := &l.status
	switch {
	case st.State.Terminal() || !st.CancelRequested.IsZero():
		return time.Time{}
	case st.Started.IsZero() && st.State != scheduler.Running && l.policy.QueueWait > 0:
		return l.waits().Add(l.policy.QueueWait)
	case !st.Started.IsZero() && l.policy.RunTime > 0:
		return st.Started.Add(l.policy.RunTime)
	}
	return time.Time{}
}

// waits is since when the job waits in its present run: what a rule wants it to rest between two is no waiting.
func (l *ledger) waits() time.Time {
	runs := l.status.Runs
	if len(runs) == 0 {
		return l.created
	}
	last := runs[len(runs)-1]
	if rule := gaveBack(l.policy.Retry, last); rule >= 0 {
		return last.Ended.Add(l.policy.Retry[rule].Delay)
	}
	return last.Ended
}

// excess says which limit the job has reached by now, and of what cause that is. The note about it tells the job from one that somebody cancelled.
func (l *ledger) excess(now time.Time) (why string, cause scheduler.Cause) {
	if l.status.Started.IsZero() {
		return fmt.Sprintf("waited %v, longer than its queue_wait of %v", short(now.Sub(l.waits())), short(l.policy.QueueWait)), scheduler.CausePolicy
	}
	return fmt.Sprintf("ran for %v, longer than its run_time of %v", short(now.Sub(l.status.Started)), short(l.policy.RunTime)), scheduler.CauseRunTime
}

// short is a duration as people write it: 2h rather than 2h0m0s.
func short(d time.Duration) string {
	if d > time.Minute {
		d = d.Round(time.Second)
	} else {
		d = d.Round(10 * time.Millisecond)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// overdue is a job whose time is over by what its record says, and the change that says so.
type overdue struct {
	ref    scheduler.Ref
	waits  bool // it is the wait that is over, not the run
	change store.Change
}

func (l *ledger) overdue(now time.Time) overdue {
	status := l.status
	why, cause := l.excess(now)
	status.CancelRequested, status.Reason = now, "its time is over: "+why
	status.Notes = append(append([]store.Note(nil), status.Notes...), store.Note{Time: now, Text: why, Cause: cause})
	return overdue{ref: l.ref(), waits: status.Started.IsZero(), change: store.Change{JobID: l.id, ExpectRevision: l.revision, Status: status}}
}

// expire writes that the time of jobs is over: the wish to cancel and its reason in one step; the cancelling itself is as for every such wish. The record may be of
// long ago, when nobody followed or the pool did not answer, so the pool is asked first, and told of is what it says: what has begun since waits no more,
// and what has ended runs no more. It is a worker. Where somebody was faster, or the pool does not answer, it is tried again.
func (f *follower) expire(ctx context.Context, over []overdue, asked int) {
	var refs []scheduler.Ref
	for _, o := range over {
		if o.ref.ID != "" {
			refs = append(refs, o.ref)
		}
	}
	begun, ended, open := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	var silent error
	if len(refs) > 0 {
		silent = f.query(ctx, refs, func(page []scheduler.Status) error {
			for _, s := range page {
				switch {
				case s.State == scheduler.Lost:
				case s.State.Terminal():
					ended[s.Token] = true
				default:
					open[s.Token] = true
				}
				if s.State == scheduler.Running || s.State == scheduler.Suspended {
					begun[s.Token] = true
				}
			}
			return f.tell(ctx, news{statuses: page, answered: true, asked: asked})
		})
	}
	var changes []store.Change
	for _, o := range over {
		token := o.ref.Token
		over := ended[token] && !open[token]
		if o.ref.ID == "" || silent == nil && !over && !(o.waits && begun[token]) {
			changes = append(changes, o.change)
		}
	}
	err := silent
	for some := range slices.Chunk(changes, 200) {
		if _, failed := f.store.Commit(ctx, f.lease.UID, store.Batch{Fence: f.lease.Fence, Changes: some}); failed != nil {
			err = failed
		}
	}
	if err != nil && ctx.Err() == nil {
		f.log.Warn("jobs whose time is over could not be cancelled, are tried again", "jobs", len(over), "error", err)
	}
}

// blame gives a job that has ended because its time was over that reason, whatever the pool says of the cancelling.
func blame(status *store.JobStatus) {
	if status.State == scheduler.Succeeded || status.State == scheduler.Lost || status.CancelRequested.IsZero() {
		return
	}
	for _, n := range status.Notes {
		if n.Cause != "" {
			status.Reason, status.Cause = n.Text, n.Cause
			return
		}
	}
}
