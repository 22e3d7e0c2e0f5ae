package host

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Task is one task of a job.
type Task struct {
	// Index counts from 0.
	Index int `json:"index"`
	// State is where it stands, Reason why, Native in the pool's words, Cause in one of ours.
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	Cause  scheduler.Cause `json:"cause,omitempty"`
	// Exit is there for a task that ended by itself or by a signal.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	// Node is where it runs or ran; Time when its state began, zero: unknown.
	Node string    `json:"node,omitempty"`
	Time time.Time `json:"time,omitzero"`
}

// ListTasks are up to count tasks from first on, as they stand now; none behind the last one. A negative number is fault.Invalid.
func (j *Job) ListTasks(ctx context.Context, first, count int) ([]Task, error) {
	if first < 0 || count < 0 {
		return nil, fault.Invalid.New("job %s: %d tasks from %d on: tasks count from 0, and neither number can be negative", j.ID, count, first)
	}
	kept, err := j.host.store.Tasks(ctx, j.ID, first, count)
	if err != nil {
		return nil, err
	}
	tasks := make([]Task, len(kept))
	for i, t := range kept {
		tasks[i] = Task{Index: t.Index, State: t.State, Reason: t.Reason, Native: t.TaskDetail.Native, Cause: t.Cause, Exit: t.Exit, Node: t.Node, Time: t.Time}
	}
	return tasks, nil
}
