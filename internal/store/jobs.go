package store

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Job is the record of a job.
type Job struct {
	// ID is made by NewJobID and is the job's token at the pool as well.
	ID string
	// SchedulerUID is the UID of its scheduler, Scheduler the name and Type the type that it had when the job was made.
	SchedulerUID, Scheduler, Type string
	// Spec is what was asked for, never changed. Lists leave out what may be big: Args, Env, Inputs, and the rows of Array.Args.
	Spec scheduler.Job
	// Status is where the job stands.
	Status JobStatus
	// Revision is 1 for a new job and grows by one with each change.
	Revision int64
	// Created is set by Commit when it is zero, in UTC and whole milliseconds.
	Created time.Time
}

// JobStatus is the changing part of a job's record. Whoever changes a job writes all of it.
type JobStatus struct {
	// State is where the job as a whole stands. A terminal state is never changed by a later commit.
	State scheduler.State `json:"state"`
	// Native is the pool's identifier, once the driver has told it. It never changes then.
	Native scheduler.ID `json:"native,omitempty"`
	// Reason says why the state is what it is, in words for the portal's user; NativeWord is the pool's own word.
	Reason     string `json:"reason,omitempty"`
	NativeWord string `json:"native_word,omitempty"`
	// Exit and Node are those of a job of one task.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	Node string          `json:"node,omitempty"`
	// Counts is how many tasks are in each state.
	Counts map[scheduler.State]int `json:"counts,omitempty"`
	// Submitted, Started and Ended are when the pool got it, when the first task began and when the last one ended; zero: not yet.
	Submitted time.Time `json:"submitted,omitzero"`
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	// Observed is when the pool was last heard about it.
	Observed time.Time `json:"observed,omitzero"`
	// CancelRequested is when somebody asked to cancel it.
	CancelRequested time.Time `json:"cancel_requested,omitzero"`
	// Attempts counts how often the driver was asked to submit it; Attempted is when the last attempt began, RetryAt when the next one may.
	Attempts  int       `json:"attempts,omitempty"`
	Attempted time.Time `json:"attempted,omitzero"`
	RetryAt   time.Time `json:"retry_at,omitzero"`
}

// NewJobID makes the identifier of a new job: the scheduler's UID, a dash, and 26 characters of lower-case base 32 whose byte order is that
// of time to the millisecond, and chance for the rest.
func NewJobID(uid string, now time.Time) string { panic("being written") }

// JobScheduler reads the scheduler's UID back from a job's identifier; false: that cannot be one.
func JobScheduler(id string) (uid string, ok bool) { panic("being written") }

// Job is the whole record, or fault.NotFound.
func (s *Store) Job(ctx context.Context, id string) (Job, error) { panic("being written") }

// JobByNative is the whole record of the job with that identifier at the scheduler's pool, or fault.NotFound.
func (s *Store) JobByNative(ctx context.Context, uid string, native scheduler.ID) (Job, error) {
	panic("being written")
}

// Active are the scheduler's jobs whose state is not terminal, as lists show them, the oldest first. after is the ID of the last one of the page
// before; a page shorter than the limit is the last one.
func (s *Store) Active(ctx context.Context, uid, after string, limit int) ([]Job, error) {
	panic("being written")
}

// ActiveCount is the number of jobs that have not ended, by the UID of the scheduler.
func (s *Store) ActiveCount(ctx context.Context, uids []string) (map[string]int, error) {
	panic("being written")
}

// DeleteJob forgets a job. One that has not ended is fault.Conflict; one that is not there is fault.NotFound.
func (s *Store) DeleteJob(ctx context.Context, id string) error { panic("being written") }
