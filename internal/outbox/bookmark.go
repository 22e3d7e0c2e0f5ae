package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// The bookmark is a letter that is never told. It says beside the cursor of what time that is, so that jobs that have ended since can be found where the
// stream does not go back so far. It is due before all others.
const bookmark = "bookmark"

func markedAt(at time.Time) store.Letter {
	return store.Letter{ID: bookmark, Event: store.Event{Time: at}, Due: time.UnixMilli(1)}
}

// halfway is another letter that is never told: up to which job a gap has been filled, so that a crash meanwhile does not begin it anew. It names no job
// when a gap was filled to its end.
const halfway = "bookmark-halfway"

func halfwayAt(job string, at time.Time) store.Letter {
	return store.Letter{ID: halfway, Event: store.Event{Job: job, Time: at}, Due: time.UnixMilli(1)}
}

// skew is by how much the clocks of processes may differ that write ends and bookmarks.
const skew = time.Minute

// due are about limit letters whose time has come, and when the one after them is due.
func (o *Outbox) due(ctx context.Context, at place, now time.Time, limit int) ([]store.Letter, time.Time, error) {
	letters, next, err := o.store.DueLetters(ctx, at.uid, at.hook, now, limit+2)
	for len(letters) > 0 && (letters[0].ID == bookmark || letters[0].ID == halfway) {
		letters = letters[1:]
	}
	return letters, next, err
}

// marked is the time of the bookmark, zero: there is none, or it is before everything; and the job up to which a gap has been filled, "": none is being
// filled.
func (o *Outbox) marked(ctx context.Context, at place) (since time.Time, after string, err error) {
	letters, _, err := o.store.DueLetters(ctx, at.uid, at.hook, time.UnixMilli(2), 2)
	for _, l := range letters {
		switch l.ID {
		case bookmark:
			since = l.Event.Time
		case halfway:
			after = l.Event.Job
		}
	}
	return since, after, err
}

// first notes where a handler begins that was never told anything. A scheduler that has been deleted is fault.NotFound, and nothing is noted.
func (o *Outbox) first(ctx context.Context, h Handler, lease store.Lease) error {
	if _, err := o.store.SchedulerByUID(ctx, lease.UID); err != nil {
		return err
	}
	o.mu.Lock()
	old := o.old[place{h.Name, lease.UID}]
	o.mu.Unlock()
	cursor, mark := store.EventID(0), markedAt(time.Unix(0, 0).UTC())
	if old && !h.FromStart {
		last, err := o.store.LastEvent(ctx, lease.UID)
		if err != nil {
			return err
		}
		cursor, mark = last, markedAt(time.Now().UTC())
	}
	return o.store.SetHookCursor(ctx, lease.UID, h.Name, lease.Fence, cursor, []store.Letter{mark})
}

// bridge fills a gap: the stream has been trimmed past the cursor, or the store has gone back. The end of each job that has ended since becomes a letter,
// and the cursor goes to the newest event. What was told already may be told again.
func (o *Outbox) bridge(ctx context.Context, h Handler, lease store.Lease, cursor store.EventID) (store.EventID, error) {
	if _, err := o.store.SchedulerByUID(ctx, lease.UID); err != nil {
		return cursor, err
	}
	last, err := o.store.LastEvent(ctx, lease.UID)
	if err != nil {
		return cursor, err
	}
	began := time.Now().UTC()
	since, after, err := o.marked(ctx, place{h.Name, lease.UID})
	if err != nil {
		return cursor, err
	}
	for {
		jobs, err := o.store.Ended(ctx, lease.UID, since.Add(-skew), after, 500)
		if err != nil {
			return cursor, err
		}
		if len(jobs) == 0 {
			break
		}
		letters := make([]store.Letter, len(jobs))
		for i, j := range jobs {
			after = j.ID
			letters[i] = store.Letter{ID: "end-" + j.ID, Event: endOf(j), Due: began}
		}
		if err := o.store.SetHookCursor(ctx, lease.UID, h.Name, lease.Fence, cursor, append(letters, halfwayAt(after, began))); err != nil {
			return cursor, err
		}
	}
	err = o.store.SetHookCursor(ctx, lease.UID, h.Name, lease.Fence, last, []store.Letter{markedAt(began), halfwayAt("", began)})
	if err == nil {
		o.log.Info("events were gone before they could be told; the jobs that have ended since are told of", "handler", h.Name, "scheduler", lease.UID)
	}
	return last, err
}

// endOf is the event of a job's end, from its record.
func endOf(j store.Job) store.Event {
	st := j.Status
	return store.Event{
		SchedulerUID: j.SchedulerUID, Job: j.ID, Revision: j.Revision, State: st.State, Reason: st.Reason, NativeWord: st.NativeWord,
		Exit: st.Exit, Counts: st.Counts, Time: st.Ended,
	}
}

func gap(err error) bool { return errors.Is(err, fault.Conflict) }
