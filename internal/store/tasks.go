package store

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TaskChange is the news about a run of neighbouring tasks that are alike.
type TaskChange struct {
	// First is the index of the first one, Count how many; 0 is read as 1.
	First int `json:"first"`
	Count int `json:"count,omitempty"`
	// State is where they stand now.
	State scheduler.State `json:"state"`
	// Detail is what else is to be said about each of them.
	Detail TaskDetail `json:"detail,omitzero"`
}

// TaskDetail is what there may be to say about a task. Of succeeded tasks that have no Reason it is kept only in jobs of at most 1024 tasks.
type TaskDetail struct {
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	Exit   *scheduler.Exit `json:"exit,omitempty"`
	Node   string          `json:"node,omitempty"`
	// Time is when the state began; zero: unknown.
	Time time.Time `json:"time,omitzero"`
}

// Task is one task of a job.
type Task struct {
	// Index counts from 0.
	Index int `json:"index"`
	// State is where it stands.
	State scheduler.State `json:"state"`
	TaskDetail
}

// Tasks are up to count tasks of a job from first on, fewer at the job's end.
func (s *Store) Tasks(ctx context.Context, jobID string, first, count int) ([]Task, error) {
	panic("being written")
}

// TaskStates is the state of each task of a job in one byte: what a follower keeps in mind.
type TaskStates []byte

// TaskStates are the states of all tasks of a job, and the revision of the job that they belong to.
func (s *Store) TaskStates(ctx context.Context, jobID string) (TaskStates, int64, error) {
	panic("being written")
}

// NewTaskStates are those of n tasks that are all in one state.
func NewTaskStates(n int, state scheduler.State) TaskStates { panic("being written") }

// At is the state of one task.
func (t TaskStates) At(task int) scheduler.State { panic("being written") }

// Set notes a change; tasks that there are not are left out.
func (t TaskStates) Set(first, count int, state scheduler.State) { panic("being written") }

// Counts is how many tasks are in each state; states without any are left out.
func (t TaskStates) Counts() map[scheduler.State]int { panic("being written") }
