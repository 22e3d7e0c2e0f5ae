package host

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Event tells that a job changed.
type Event struct {
	// Job is its ID, Scheduler the name of its scheduler.
	Job       string `json:"job"`
	Scheduler string `json:"scheduler"`
	// Revision is the one that the change gave the job's record: later events of a job have higher ones. With Job it names the event for ever.
	Revision int64 `json:"revision"`
	// State, Reason, Native, Exit and Counts are as in Job, after the change.
	State  scheduler.State         `json:"state"`
	Reason string                  `json:"reason,omitempty"`
	Native string                  `json:"native,omitempty"`
	Exit   *scheduler.Exit         `json:"exit,omitempty"`
	Counts map[scheduler.State]int `json:"counts,omitempty"`
	// Tasks are those that changed, at most the first 256 runs of them, and of a job of more than 1024 tasks the first 16; Job's ListTasks tells all. A job
	// whose state was read anew tells none.
	Tasks []TaskChange `json:"tasks,omitempty"`
	// Time is when it was written down.
	Time time.Time `json:"time"`
	// Cursor is where Events goes on after this one. Events of a job's Watch have none.
	Cursor string `json:"cursor,omitempty"`
}

// TaskChange is a run of neighbouring tasks that came into a state together.
type TaskChange struct {
	First  int             `json:"first"`
	Count  int             `json:"count"`
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Exit   *scheduler.Exit `json:"exit,omitempty"`
	Node   string          `json:"node,omitempty"`
	// Time is when that was, by the pool's clock; zero: unknown.
	Time time.Time `json:"time,omitzero"`
}

func event(name string, e store.Event) Event {
	out := Event{Job: e.Job, Scheduler: name, Revision: e.Revision, State: e.State, Reason: e.Reason, Native: e.NativeWord, Exit: e.Exit, Counts: e.Counts, Time: e.Time}
	for _, t := range e.Tasks {
		out.Tasks = append(out.Tasks, TaskChange{First: t.First, Count: max(t.Count, 1), State: t.State, Reason: t.Detail.Reason, Exit: t.Detail.Exit, Node: t.Detail.Node, Time: t.Detail.Time})
	}
	return out
}

// Watch yields the job as it stands now and then each of its changes, from whichever process they come, until it has ended or ctx is done. Any number of
// watchers cost the pool nothing, and the store about as much as one.
func (j *Job) Watch(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		h, revision := j.host, int64(0)
		for {
			breaks := h.feed.Breaks(j.uid)
			after, err := h.store.LastEvent(ctx, j.uid)
			if err != nil {
				yield(Event{}, err)
				return
			}
			now, err := h.GetJob(ctx, j.ID)
			if err != nil {
				yield(Event{}, err)
				return
			}
			// After a gap it may be lower than it was: a store that has lost its last second counts anew from there.
			if now.revision != revision || now.State.Terminal() {
				revision = now.revision
				if !yield(now.event(), nil) || now.State.Terminal() {
					return
				}
			}
			err = h.watchFrom(ctx, now, breaks, after, &revision, yield)
			if !errors.Is(err, fault.Conflict) {
				if err != nil {
					yield(Event{}, err)
				}
				return
			}
			// There is a gap: look at the job itself again.
		}
	}
}

// watchFrom yields a job's events after a revision, which it moves on, until it has ended or its reader has had enough (nil), or until there is a gap
// (fault.Conflict). breaks is how often the stream had been found to be another one before its place was looked up.
func (h *Host) watchFrom(ctx context.Context, j *Job, breaks int, after store.EventID, revision *int64, yield func(Event, error) bool) error {
	for {
		events, err := h.feed.Next(ctx, j.uid, after)
		if err != nil {
			return err
		}
		if h.feed.Breaks(j.uid) != breaks {
			return fault.Conflict.New("the stream has other events than it had")
		}
		for _, e := range events {
			after = e.ID
			if e.Job != j.ID || e.Revision <= *revision {
				continue
			}
			*revision = e.Revision
			if !yield(event(j.Scheduler, e), nil) || e.State.Terminal() {
				return nil
			}
		}
	}
}

// event tells the job as it stands: since its end, or else since it was last heard of.
func (j *Job) event() Event {
	at := j.Ended
	for _, t := range []time.Time{j.Observed, j.Submitted, j.Created} {
		if at.IsZero() {
			at = t
		}
	}
	return Event{Job: j.ID, Scheduler: j.Scheduler, Revision: j.revision, State: j.State, Reason: j.Reason, Native: j.Native, Exit: j.Exit, Counts: j.Counts, Time: at}
}

// Wait returns the job when it has ended. It is Watch for who wants to know the end only.
func (j *Job) Wait(ctx context.Context) (*Job, error) {
	for _, err := range j.Watch(ctx) {
		if err != nil {
			return nil, err
		}
	}
	return j.Get(ctx)
}

// FromStart is the cursor before the very first event.
const FromStart = "start"

// Events yields the changes of all jobs of all schedulers, after the cursor of an event that was seen before, from now on (""), or FromStart, until ctx is done. Each
// scheduler's come in their order. A cursor can be kept anywhere and used in any process. fault.Conflict tells that events may be missing after it: it is so old
// that they are gone, or the store has gone back in time since, as a Redis does that is killed before its last second is on the disk, and has other events in their
// place. Look at the jobs then, and begin anew with "" (first ask for events, then look, so that nothing falls in between).
func (h *Host) Events(ctx context.Context, after string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		changed, quit := h.heard.subscribe()
		defer quit()
		places, err := parsePlaces(after)
		if err == nil && places == nil {
			places, err = h.places(ctx)
		}
		var uids []string
		if err == nil {
			uids, err = h.uids(ctx, "")
		}
		for err == nil {
			var more bool
			if more, err = h.eventsOf(ctx, uids, places, yield); err != nil || !more {
				break
			}
			var all bool
			if uids, all, err = changed.next(ctx); all && err == nil {
				uids, err = h.uids(ctx, "")
			}
		}
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// places are where all streams end now.
func (h *Host) places(ctx context.Context) (places, error) {
	uids, err := h.uids(ctx, "")
	if err != nil {
		return nil, err
	}
	all := make(places, len(uids))
	for _, uid := range uids {
		if all[uid], err = h.lastPlace(ctx, uid); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// eventsOf yields what is new of some schedulers and moves the places on. A scheduler without a place is new itself: all of its events are.
func (h *Host) eventsOf(ctx context.Context, uids []string, places places, yield func(Event, error) bool) (more bool, err error) {
	for _, uid := range uids {
		for {
			events, err := h.eventsAfter(ctx, uid, places[uid])
			if errors.Is(err, fault.Conflict) {
				if _, gone := h.store.SchedulerByUID(ctx, uid); errors.Is(gone, fault.NotFound) {
					break // the stream went with its scheduler
				}
			}
			if err != nil {
				return false, err
			}
			if len(events) == 0 {
				break
			}
			record, err := h.record(ctx, uid)
			if errors.Is(err, fault.NotFound) {
				break // deleted meanwhile, and its jobs with it
			}
			if err != nil {
				return false, err
			}
			for _, e := range events {
				places[uid] = placeOf(e)
				out := event(record.Name, e)
				out.Cursor = places.text()
				if !yield(out, nil) {
					return false, nil
				}
			}
		}
	}
	return true, nil
}
