package outbox

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/internal/store"
)

// id names a delivery among the letters of its handler.
func (d *delivery) id() string {
	if d.letter != nil {
		return d.letter.ID
	}
	return strconv.FormatInt(int64(d.event.ID), 10)
}

// take takes letters whose time has come.
func (r *round) take(ctx context.Context, now time.Time) error {
	if r.nextDue.IsZero() || r.nextDue.After(now) || len(r.flying) >= window {
		return nil
	}
	letters, next, err := r.outbox.due(ctx, r.at, now, len(r.flying)+window)
	if err != nil {
		return err
	}
	r.nextDue = next
	for _, l := range r.failed {
		r.sooner(l.Due) // the store does not know of it yet
	}
	for i := range letters {
		l := letters[i]
		if r.flying[l.ID] {
			continue
		}
		r.flying[l.ID] = true
		r.waiting = append(r.waiting, &delivery{event: l.Event, letter: &l})
	}
	return nil
}

// settle writes down, of a letter, or notes, of an event of the stream, how its telling went.
func (r *round) settle(ctx context.Context, d *delivery) error {
	if ctx.Err() != nil {
		return ctx.Err() // the handler was told to stop: that is no failure of its own
	}
	d.settled = true
	delete(r.busy, d.event.Job)
	if d.void {
		return nil
	}
	l := store.Letter{ID: d.id(), Event: d.event}
	if d.letter != nil {
		l = *d.letter
	}
	if d.err == nil {
		r.queues.drop(d.event.Job, l.ID)
		return r.move(ctx, d, l, true, false)
	}
	l.Attempts++
	l.Reason, l.Due = words(d.err), time.Now().Add(r.handler.pause(l.Attempts))
	dead := l.Attempts >= r.handler.Attempts
	if dead {
		r.queues.drop(l.Event.Job, l.ID)
		r.outbox.log.Error("a handler has failed at an event for good, it is a dead letter", "handler", r.at.hook, "job", l.Event.Job, "attempts", l.Attempts, "error", l.Reason)
	} else if r.handler.All {
		r.queues.put(l.Event.Job, queued{l.ID, l.Due})
	}
	return r.move(ctx, d, l, false, dead)
}

// move writes a letter down, where it is one or becomes one.
func (r *round) move(ctx context.Context, d *delivery, l store.Letter, done, dead bool) error {
	if d.letter == nil {
		if done {
			return nil
		}
		r.failed = append(r.failed, l)
		if dead {
			// It must be one that waits before it can be given up.
			if err := r.keep(ctx, false); err != nil {
				return err
			}
		}
	}
	if !done && !dead {
		r.sooner(l.Due)
	}
	if d.letter == nil && !dead {
		return nil
	}
	delete(r.flying, l.ID)
	return r.outbox.store.SettleLetter(ctx, r.at.uid, r.at.hook, r.lease.Fence, l, done, dead)
}

func (r *round) sooner(at time.Time) {
	if r.nextDue.IsZero() || at.Before(r.nextDue) {
		r.nextDue = at
	}
}

// behind puts an event off until after the one of its job that has to be told first.
func (r *round) behind(ctx context.Context, d *delivery, head queued) error {
	l := store.Letter{ID: d.id(), Event: d.event}
	if d.letter != nil {
		l = *d.letter
	}
	l.Due = head.due.Add(time.Millisecond)
	d.settled = true
	r.queues.put(l.Event.Job, queued{l.ID, l.Due})
	return r.move(ctx, d, l, false, false)
}

// loadQueues reads which letters wait.
func (r *round) loadQueues(ctx context.Context) error {
	letters, _, err := r.outbox.due(ctx, r.at, time.UnixMilli(math.MaxInt64>>12), 1<<20)
	for _, l := range letters {
		r.queues.put(l.Event.Job, queued{l.ID, l.Due})
	}
	return err
}

// queues are the letters that wait, of each job in the order of its events, for a handler that is told all events: a later one must not overtake.
type queues map[string][]queued

type queued struct {
	id  string
	due time.Time
}

// number is an event's place in the stream; the end of a job that stands for events that are gone is before them.
func (q queued) number() int64 {
	n, _ := strconv.ParseInt(q.id, 10, 64)
	return n
}

func (q queues) head(job string) (queued, bool) {
	if len(q[job]) == 0 {
		return queued{}, false
	}
	return q[job][0], true
}

func (q queues) put(job string, l queued) {
	q.drop(job, l.id)
	at, _ := slices.BinarySearchFunc(q[job], l, func(a, b queued) int { return int(min(max(a.number()-b.number(), -1), 1)) })
	q[job] = slices.Insert(q[job], at, l)
}

func (q queues) drop(job, id string) {
	left := slices.DeleteFunc(q[job], func(l queued) bool { return l.id == id })
	if q[job] = left; len(left) == 0 {
		delete(q, job)
	}
}
