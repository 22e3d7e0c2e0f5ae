package host

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// HandlerOptions say what a handler hears, and how. The zero value: the end of each job from now on.
type HandlerOptions struct {
	// Scheduler wants the events of one scheduler's jobs, by its name; "": of all.
	Scheduler string
	// All tells every change of a job, not only its end.
	All bool
	// FromStart begins a handler whose name is new with all the jobs that there have been. Default: with what happens from now on.
	FromStart bool
	// Concurrency is how many jobs' events are handled at once for each scheduler. Default: 8.
	Concurrency int
	// Timeout is how long one event may take; then its context is done, and it is told again. Default: 1 minute.
	Timeout time.Duration
	// Attempts is after how many failures an event is given up, as a dead letter. Default: 10.
	Attempts int
	// Retry is the pause after the first failure; each later one is twice as long, up to ten minutes. Default: 1 second.
	Retry time.Duration
}

// OnEvent has handle called with the end of each job, at least once, whatever crashes: this is where a portal fetches and processes results. name is under which
// the store remembers up to where the handler was told, for ever: 1 to 200 bytes, the same in all processes of the fleet that have it. One of them at a time is
// told about one scheduler; when it dies another goes on within seconds, and begins with what happened while nobody was there.
//
// Events of one job come in their order, one after the other; those of several jobs at once. What handle returns an error for, panics about, or does not return
// from in time is told again after a pause, and at last given up: see [Host.ListDeadLetters]. Nothing of this touches the job: one that succeeded has succeeded, however its results
// are processed, and news of it waits for no handler. An event may be told twice, as after a crash between the work and the note of it: Event.Job and
// Event.Revision name it. Where the store no longer has all events the ends of jobs are told from their records.
//
// The handler lives until Close, which ends its contexts and waits for it. A name that this host has already is fault.Exists.
func (h *Host) OnEvent(name string, o HandlerOptions, handle func(ctx context.Context, e Event) error) error {
	if handle == nil {
		return fault.Invalid.New("handler %q: it needs a function", name)
	}
	told := outbox.Handler{
		Name: name, All: o.All, FromStart: o.FromStart, Concurrency: o.Concurrency, Timeout: o.Timeout, Attempts: o.Attempts, Retry: o.Retry,
		Handle: func(ctx context.Context, e store.Event) error {
			record, err := h.record(ctx, e.SchedulerUID)
			if errors.Is(err, fault.NotFound) || err == nil && o.Scheduler != "" && record.Name != o.Scheduler {
				return nil // its jobs went with it
			}
			if err != nil {
				return err
			}
			return handle(ctx, event(record.Name, e))
		},
	}
	return h.outbox.Handle(h.open, told)
}

// DeadLetter is an event that was given up for a handler.
type DeadLetter struct {
	// ID names it among those of its handler.
	ID string `json:"id"`
	// Event is what the handler did not take.
	Event Event `json:"event"`
	// Attempts is how often it was told, Reason what came of it the last time.
	Attempts int    `json:"attempts"`
	Reason   string `json:"reason"`
}

// ListDeadLetters are the events that were given up for a handler, scheduler by scheduler. after is the ID of the last one of the page before, "" the first page;
// limit is the size of the page: by default 50, at most 1000. A page that is shorter is the last one. The handler need not be there.
func (h *Host) ListDeadLetters(ctx context.Context, handler, after string, limit int) ([]DeadLetter, error) {
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 1000)
	uids, err := h.uids(ctx, "")
	if err != nil {
		return nil, err
	}
	// In the order of their IDs, and not of their names: so the next page begins in the right place, also when a scheduler has been deleted or renamed meanwhile.
	slices.Sort(uids)
	from, last, _ := cutLetter(after)
	all := []DeadLetter{}
	for _, uid := range uids {
		if uid < from {
			continue
		}
		begin := ""
		if uid == from {
			begin = last
		}
		letters, err := h.store.DeadLetters(ctx, uid, handler, begin, limit-len(all))
		if err != nil {
			return nil, err
		}
		record, err := h.record(ctx, uid)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, l := range letters {
			all = append(all, DeadLetter{ID: uid + letterMark + l.ID, Event: event(record.Name, l.Event), Attempts: l.Attempts, Reason: l.Reason})
		}
		if len(all) >= limit {
			break
		}
	}
	return all, nil
}

// RetryDeadLetter has the handler told once more, at once and with all its attempts. One that is not there is fault.NotFound.
func (h *Host) RetryDeadLetter(ctx context.Context, handler, id string) error {
	uid, letter, ok := cutLetter(id)
	if !ok {
		return fault.NotFound.New("handler %q: no event %q was given up", handler, id)
	}
	return h.store.Redeliver(ctx, uid, handler, letter)
}

// DropDeadLetter forgets an event that was given up. One that is not there is fault.NotFound.
func (h *Host) DropDeadLetter(ctx context.Context, handler, id string) error {
	uid, letter, ok := cutLetter(id)
	if !ok {
		return fault.NotFound.New("handler %q: no event %q was given up", handler, id)
	}
	return h.store.DropDead(ctx, uid, handler, letter)
}

// letterMark stands between scheduler and letter in an ID.
const letterMark = "/"

func cutLetter(id string) (uid, letter string, ok bool) { return strings.Cut(id, letterMark) }
