package scheduler

import "time"

// Status is what a driver tells about one task, or about a run of neighbouring tasks that are alike.
type Status struct {
	// ID and Token name the job. Token is never empty: a driver must be able to say whose news it brings.
	ID    ID     `json:"id"`
	Token string `json:"token"`
	// Task is the first task that this speaks of; 0 for a job without an array.
	Task int `json:"task"`
	// Count is how many tasks from there on; 0 is read as 1.
	Count int `json:"count,omitempty"`
	// State is where they stand; never Pending.
	State State `json:"state"`
	// Reason says why, in words for the portal's user. A state that is not the happy path's always has one.
	Reason string `json:"reason,omitempty"`
	// Native is the pool's own word: a hold reason with its code, an exception's text.
	Native string `json:"native,omitempty"`
	// Cause is why in one word, where the pool tells; "": it does not, or there is nothing to tell.
	Cause Cause `json:"cause,omitempty"`
	// Exit is there only for a task that ended by itself or by a signal.
	Exit *Exit `json:"exit,omitempty"`
	// Time is when the state began, by the pool's clock; zero: unknown.
	Time time.Time `json:"time,omitzero"`
	// Node is where the task runs or ran.
	Node string `json:"node,omitempty"`
}

// Exit tells how a task ended.
type Exit struct {
	// Code is its exit code, where Signal is 0.
	Code int `json:"code"`
	// Signal is the number of the signal that ended it; 0: none.
	Signal int `json:"signal,omitempty"`
}

// Query names the jobs that a driver is asked about, all at once.
type Query struct {
	Jobs []Ref
}

// Cursor is a place in a driver's stream of events: opaque to the host, made by the driver, at most 4 KiB, kept in the store. It outlives
// the driver's process.
type Cursor string

// Event is a change that a driver tells as it happens.
type Event struct {
	// Status is the news. The same news may come again: the host drops repeats.
	Status Status
	// Cursor is where to go on after this event.
	Cursor Cursor
	// Reset, where it is not empty, says in words why the driver could not go on from the cursor that it was given; Status is then empty, and
	// the host asks Query about every job.
	Reset string
}
