package main

import (
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// starting is the state of a task that is about to be started: written down durably before the program is, so that no crash starts it
// twice. To the outside such a task is still queued.
const starting scheduler.State = "starting"

// record is one line of a job's journal or of the scheduler's events: what became of one task, or of a run of neighbouring tasks that are
// alike.
type record struct {
	// Token names the job, in events only: a journal is of one job.
	Token  string          `json:"token,omitempty"`
	Task   int             `json:"task"`
	Count  int             `json:"count"`
	State  scheduler.State `json:"state"`
	Time   time.Time       `json:"time"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	Cause  scheduler.Cause `json:"cause,omitempty"`
	Exit   *scheduler.Exit `json:"exit,omitempty"`
	Node   string          `json:"node,omitempty"`
	// PID and Birth say which process runs the task; in journals only.
	PID   int    `json:"pid,omitempty"`
	Birth string `json:"birth,omitempty"`
}

// end is the first task after those that r speaks of.
func (r record) end() int { return r.Task + r.Count }

// alike tells whether two records differ in nothing but the tasks that they speak of and the time.
func (r record) alike(o record) bool {
	return r.State == o.State && r.Reason == o.Reason && r.Native == o.Native && r.Cause == o.Cause && r.Node == o.Node && r.PID == o.PID && sameExit(r.Exit, o.Exit)
}

func sameExit(a, b *scheduler.Exit) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// event is r as the scheduler's events hold it.
func (r record) event(token string) record {
	r.Token, r.PID, r.Birth = token, 0, ""
	return r
}

// status is r as the host is told it.
func (r record) status(token string) scheduler.Status {
	if r.State == starting {
		r.State = scheduler.Queued
	}
	return scheduler.Status{
		ID: scheduler.ID(token), Token: token, Task: r.Task, Count: r.Count,
		State: r.State, Reason: r.Reason, Native: r.Native, Cause: r.Cause, Exit: r.Exit, Time: r.Time, Node: r.Node,
	}
}
