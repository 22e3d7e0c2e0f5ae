package host

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Job is a job as the store had it when it was read; it does not change by itself. Its methods act on the job as it is now.
type Job struct {
	// ID names the job for ever, and tags it at the pool.
	ID string `json:"id"`
	// Scheduler and Type are its scheduler's name and type.
	Scheduler string `json:"scheduler"`
	Type      string `json:"type"`
	// Name, User and Labels are those of Spec.
	Name   string            `json:"name"`
	User   string            `json:"user,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	// State is where the job as a whole stands, Reason why, in words, Native in the pool's own.
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	// Exit and Node are those of a job of one task.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	Node string          `json:"node,omitempty"`
	// Tasks is their number, Counts how many are in each state.
	Tasks  int                     `json:"tasks"`
	Counts map[scheduler.State]int `json:"counts"`
	// PoolID is the pool's own identifier, once there is one.
	PoolID scheduler.ID `json:"pool_id,omitempty"`
	// Created is when the intent was written; Submitted when the pool took it; Started when the first task began; Ended when the last one ended;
	// Observed when the pool was last heard about it. Zero: not yet.
	Created   time.Time `json:"created"`
	Submitted time.Time `json:"submitted,omitzero"`
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Observed  time.Time `json:"observed,omitzero"`
	// CancelRequested is when somebody asked to cancel it.
	CancelRequested time.Time `json:"cancel_requested,omitzero"`
	// Spec is what was asked for. In lists it lacks what may be big: arguments, environment, inputs.
	Spec scheduler.Job `json:"spec"`

	host     *Host
	uid      string
	revision int64
}

func (h *Host) job(j store.Job) *Job {
	st := j.Status
	return &Job{
		ID: j.ID, Scheduler: j.Scheduler, Type: j.Type, Name: j.Spec.Name, User: j.Spec.User, Labels: j.Spec.Labels,
		State: st.State, Reason: st.Reason, Native: st.NativeWord, Exit: st.Exit, Node: st.Node, Tasks: j.Spec.Tasks(), Counts: st.Counts,
		PoolID: st.Native, Created: j.Created, Submitted: st.Submitted, Started: st.Started, Ended: st.Ended, Observed: st.Observed,
		CancelRequested: st.CancelRequested, Spec: j.Spec, host: h, uid: j.SchedulerUID, revision: j.Revision,
	}
}

// Task is one task of a job.
type Task struct {
	// Index counts from 0.
	Index int `json:"index"`
	// State is where it stands, Reason why, Native in the pool's words.
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	// Exit is there for a task that ended by itself or by a signal.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	// Node is where it runs or ran; Time when its state began, zero: unknown.
	Node string    `json:"node,omitempty"`
	Time time.Time `json:"time,omitzero"`
}

// ListTasks are up to count tasks from first on, as they stand now.
func (j *Job) ListTasks(ctx context.Context, first, count int) ([]Task, error) {
	kept, err := j.host.store.Tasks(ctx, j.ID, first, count)
	if err != nil {
		return nil, err
	}
	tasks := make([]Task, len(kept))
	for i, t := range kept {
		tasks[i] = Task{Index: t.Index, State: t.State, Reason: t.Reason, Native: t.TaskDetail.Native, Exit: t.Exit, Node: t.Node, Time: t.Time}
	}
	return tasks, nil
}

// Get reads the job again, as it stands now.
func (j *Job) Get(ctx context.Context) (*Job, error) { return j.host.GetJob(ctx, j.ID) }

// Cancel ends the job with all its tasks. It returns when the request is written down and, if the pool answers now, the pool has taken it; it is repeated
// until the pool has. The end comes as an event. A job that has ended is cancelled already.
func (j *Job) Cancel(ctx context.Context) error {
	job, err := j.requestCancel(ctx)
	if err != nil || job.Status.State.Terminal() || job.Status.Native == "" {
		// An intent that is not at the pool yet is cancelled by whoever carries it, or by the follower.
		return err
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return err
	}
	err = c.Cancel(ctx, []scheduler.Ref{follow.Ref(job)})
	if k := fault.Of(err); ctx.Err() == nil && (k == fault.Unavailable || k == fault.Timeout || k == fault.Crashed) {
		return nil // the wish is written down; the follower repeats it
	}
	return err
}

// requestCancel writes the wish down.
func (j *Job) requestCancel(ctx context.Context) (store.Job, error) {
	for {
		job, err := j.host.store.Job(ctx, j.ID)
		if err != nil || job.Status.State.Terminal() || !job.Status.CancelRequested.IsZero() {
			return job, err
		}
		status := job.Status
		status.CancelRequested = time.Now()
		conflicts, err := j.host.store.Commit(ctx, j.uid, store.Batch{Changes: []store.Change{{JobID: j.ID, ExpectRevision: job.Revision, Status: status}}})
		if err != nil {
			return job, err
		}
		if len(conflicts) == 0 {
			job.Status, job.Revision = status, job.Revision+1
			return job, nil
		}
	}
}

// Delete forgets the record of a job that has ended; what it left at the pool stays there. One that has not ended is fault.Conflict.
func (j *Job) Delete(ctx context.Context) error { return j.host.store.DeleteJob(ctx, j.ID) }

// ref names the job to its driver, as the store has it now.
func (j *Job) ref(ctx context.Context) (scheduler.Ref, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return scheduler.Ref{}, err
	}
	if job.Status.Native == "" {
		return scheduler.Ref{}, fault.Conflict.New("job %s is not at its pool (%s)", j.ID, job.Status.State)
	}
	return follow.Ref(job), nil
}
