package store

import (
	"context"
	"time"

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
	// Tasks is what the change said about tasks, the first 256 runs of it; MoreTasks: there were more, to be read by Tasks.
	Tasks     []TaskChange `json:"tasks,omitempty"`
	MoreTasks bool         `json:"more_tasks,omitempty"`
	// Time is the batch's.
	Time time.Time `json:"time"`
}

// Events are up to limit events after that one, in order. If events after it have been trimmed away already, or it lies in the future (as after
// Redis was restored from an older copy), the error is fault.Conflict: the caller looks at the jobs themselves and goes on from LastEvent,
// asked for before.
func (s *Store) Events(ctx context.Context, uid string, after EventID, limit int) ([]Event, error) {
	panic("being written")
}

// LastEvent is the newest event of a scheduler, 0 when there was none.
func (s *Store) LastEvent(ctx context.Context, uid string) (EventID, error) { panic("being written") }

// Changes yields the UID of a scheduler soon after something of its jobs or its record was changed by any process, and "" when something
// may have been missed (at first, and whenever the connection was lost): then look at all. A slow reader gets each UID once. The channel is
// closed when ctx is done or the store is closed.
func (s *Store) Changes(ctx context.Context) <-chan string { panic("being written") }
