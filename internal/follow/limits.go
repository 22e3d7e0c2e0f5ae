package follow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// deadline is when the job's policy wants something done about it; zero: nothing.
func (l *ledger) deadline() time.Time {
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

// expire does what is due at the deadline. It is called by the follower's own goroutine: what takes time is a worker (see work). Until the deadline
// moves it is called at each tick. The wish to cancel and its reason are written in one step; the cancelling itself is as for every such wish.
func (f *follower) expire(ctx context.Context, l *ledger, now time.Time) {
	if _, busy := f.working[l.id]; busy {
		return
	}
	status := l.status
	why, cause := l.excess(now)
	status.CancelRequested, status.Reason = now, "its time is over: "+why
	status.Notes = append(append([]store.Note(nil), status.Notes...), store.Note{Time: now, Text: why, Cause: cause})
	change := store.Change{JobID: l.id, ExpectRevision: l.revision, Status: status}
	f.work(l.id, false, func() time.Time {
		// Where somebody was faster the deadline has moved, or it is tried again.
		_, err := f.store.Commit(ctx, f.lease.UID, store.Batch{Fence: f.lease.Fence, Changes: []store.Change{change}})
		if err != nil && ctx.Err() == nil {
			f.log.Warn("a job whose time is over could not be cancelled, is tried again", "job", change.JobID, "error", err)
		}
		return time.Time{}
	})
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
