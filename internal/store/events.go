package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// EventID is the place of an event in its scheduler's stream: 1, 2, 3 … without gaps. 0 is before the first one.
type EventID int64

// Event tells one change of one job.
type Event struct {
	// ID is its place in the stream of its scheduler.
	ID EventID `json:"-"`
	// SchedulerUID is whose stream that is.
	SchedulerUID string `json:"-"`
	// Job is the ID of the job, Revision the one that the change gave it.
	Job      string `json:"job"`
	Revision int64  `json:"revision"`
	// State, Reason, NativeWord, Exit and Counts are as in the job's status after the change.
	State      scheduler.State         `json:"state"`
	Reason     string                  `json:"reason,omitempty"`
	NativeWord string                  `json:"native_word,omitempty"`
	Exit       *scheduler.Exit         `json:"exit,omitempty"`
	Counts     map[scheduler.State]int `json:"counts,omitempty"`
	// Tasks is what the change said about tasks, the first 256 runs of it, of a job of more than 1024 tasks the first 16; MoreTasks: there were more, to be
	// read by Tasks.
	Tasks     []TaskChange `json:"tasks,omitempty"`
	MoreTasks bool         `json:"more_tasks,omitempty"`
	// Time is the batch's.
	Time time.Time `json:"time"`
}

// What an event tells of tasks. Jobs of many tasks change often: what the stream has of one stays a few megabytes.
const (
	mostTold       = 256
	mostToldOfMany = 16
)

// newEvent tells a change of a job of so many tasks.
func newEvent(job string, of int, revision int64, st JobStatus, tasks []TaskChange, now time.Time) Event {
	most := mostTold
	if of > detailedTasks {
		most = mostToldOfMany
	}
	told := tasks[:min(len(tasks), most)]
	return Event{
		Job: job, Revision: revision, State: st.State, Reason: st.Reason, NativeWord: st.NativeWord, Exit: st.Exit, Counts: st.Counts,
		Tasks: told, MoreTasks: len(told) < len(tasks), Time: now,
	}
}

// Events are up to limit events (default 100, at most 1000) after that one, in order. If events after it have been trimmed away already, or it
// lies in the future (as after Redis was restored from an older copy), the error is fault.Conflict: the caller asks for LastEvent, looks at the
// jobs themselves, and goes on from there.
func (s *Store) Events(ctx context.Context, uid string, after EventID, limit int) ([]Event, error) {
	var last *redis.SliceCmd
	var read *redis.XMessageSliceCmd
	limit = pageSize(limit, 100)
	// The order matters: when the stream has nothing, the newest event that was counted before decides whether there should be something.
	err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		last = p.HMGet(ctx, slot(uid)+"meta", "seq")
		// Events are numbered without gaps. They are asked for newest first because most readers are at the end, and the embedded store looks at one entry
		// after the other from where it begins.
		read = p.XRevRange(ctx, slot(uid)+"events", eventKeyAfter(after, limit), eventKeyAfter(after, 1))
		return nil
	})
	if err != nil {
		return nil, err
	}
	messages := read.Val()
	slices.Reverse(messages)
	newest := EventID(integer(texts(last.Val())[0]))
	if len(messages) == 0 && newest != after {
		return nil, fault.By(fault.Host, fault.Conflict.New("scheduler %s: no events after %d are kept, the newest is %d: look at the jobs and go on from there", uid, after, newest))
	}
	events := make([]Event, 0, len(messages))
	for _, m := range messages {
		e := Event{ID: eventNumber(m.ID), SchedulerUID: uid}
		if err := json.Unmarshal([]byte(eventText(m)), &e); err != nil {
			return nil, fault.By(fault.Host, fault.Internal.New("store: event %s of scheduler %s: %w", m.ID, uid, err))
		}
		events = append(events, e)
	}
	if len(events) > 0 && events[0].ID != after+1 {
		return nil, fault.By(fault.Host, fault.Conflict.New("scheduler %s: the events from %d to %d are not kept any more: look at the jobs and go on from the newest", uid, after+1, events[0].ID-1))
	}
	return events, nil
}

// LastEvent is the newest event of a scheduler, 0 when there was none.
func (s *Store) LastEvent(ctx context.Context, uid string) (EventID, error) {
	read := s.client.HMGet(ctx, slot(uid)+"meta", "seq")
	if err := s.explained(read); err != nil {
		return 0, err
	}
	return EventID(integer(texts(read.Val())[0])), nil
}

func eventKey(id EventID) string { return strconv.FormatInt(int64(id), 10) + "-0" }

// eventKeyAfter is the key of the event so many after this one. A cursor may be any number.
func eventKeyAfter(id EventID, n int) string {
	return strconv.FormatUint(uint64(id)+uint64(n), 10) + "-0"
}

func eventNumber(key string) EventID {
	number, _, _ := strings.Cut(key, "-")
	return EventID(integer(number))
}

func eventText(m redis.XMessage) string {
	text, _ := m.Values["e"].(string)
	return text
}
