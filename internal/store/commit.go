package store

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Batch is what one commit writes about the jobs of one scheduler. It is whole: after a crash all of it is there, or nothing.
type Batch struct {
	// Fence is that of the lease under which a follower writes; 0: not as a follower. If another follower has got a lease since, the commit is
	// fault.Conflict and writes nothing.
	Fence int64
	// Cursor, where it is not nil, is kept as the driver's cursor.
	Cursor *scheduler.Cursor
	// Create are new jobs with their ID, Scheduler, Type, Spec and Status.
	Create []Job
	// Changes are changes of jobs that there are, at most one for each job.
	Changes []Change
	// Time is when this happened, for the events. Default: now.
	Time time.Time
}

// Change is the change of one job.
type Change struct {
	// JobID names it.
	JobID string
	// ExpectRevision is the revision that the change was thought out for. If the job has another one the change is skipped and reported.
	ExpectRevision int64
	// Status replaces the job's status.
	Status JobStatus
	// Tasks is the news about its tasks, in order. Counts in Status are the caller's: the store does not count.
	Tasks []TaskChange
	// Quiet changes make no event: nothing moved that anybody waits for, as when only Observed did.
	Quiet bool
}

// Commit writes a batch in one step and answers with the IDs of the jobs whose changes it skipped, since their revision was another one,
// their state is terminal already and the change has another, or they are gone. Everything else in the batch is written.
//
// Each change that is not quiet, and each creation, appends one Event to the scheduler's stream, in the batch's order, creations first.
func (s *Store) Commit(ctx context.Context, uid string, b Batch) (conflicts []string, err error) {
	panic("being written")
}

// Cursor is the driver's cursor as the last commit left it; "": there is none.
func (s *Store) Cursor(ctx context.Context, uid string) (scheduler.Cursor, error) {
	panic("being written")
}
