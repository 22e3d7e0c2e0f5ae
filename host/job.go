package host

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Job is a job as the store had it when it was read; it does not change by itself. Its methods act on the job as it is now.
type Job struct {
	// ID names the job for ever, and tags it at the pool.
	ID string `json:"id"`
	// Scheduler and Type are its scheduler's name and type.
	Scheduler string `json:"scheduler"`
	Type      string `json:"type"`
	// Name, User, Groups, Labels and Key are those of Spec.
	Name   string            `json:"name"`
	User   string            `json:"user,omitempty"`
	Groups []string          `json:"groups,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	Key    string            `json:"key,omitempty"`
	// State is where the job as a whole stands, Reason why, in words, Native in the pool's own, Cause in one word where the pool tells.
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	Cause  scheduler.Cause `json:"cause,omitempty"`
	// Exit and Node are those of a job of one task.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	Node string          `json:"node,omitempty"`
	// Tasks is their number, Counts how many are in each state.
	Tasks  int                     `json:"tasks"`
	Counts map[scheduler.State]int `json:"counts"`
	// PoolID is the pool's own identifier, once there is one.
	PoolID scheduler.ID `json:"pool_id,omitempty"`
	// Created is when the intent was written; Submitted when the pool took it; Started when the first task began; Ended when the last one ended;
	// Observed when the pool was last heard, about the job or at all: the state was right then. Zero: not yet.
	Created   time.Time `json:"created"`
	Submitted time.Time `json:"submitted,omitzero"`
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Observed  time.Time `json:"observed,omitzero"`
	// Source is who told the state: "submit", "events" or "query"; "": the host itself.
	Source string `json:"source,omitempty"`
	// Stale says, in words, why the state may be another by now, where the pool has not been heard for longer than the configuration's jobs.stale (1 minute).
	// "": it is fresh, or the job has ended.
	Stale string `json:"stale,omitempty"`
	// CancelRequested is when somebody asked to cancel it.
	CancelRequested time.Time `json:"cancel_requested,omitzero"`
	// Run counts from 0 how often a rule of its policy gave it back to the pool; Runs are how the earlier ones ended.
	Run  int   `json:"run,omitempty"`
	Runs []Run `json:"runs,omitempty"`
	// Notes are what was heard that did not change anything: news after the end, contradictions. The newest are last; at most 20 are kept.
	Notes []Note `json:"notes,omitempty"`
	// Results is how the bringing of the results to Spec.Policy.Results, or to the configuration's folder, stands.
	Results Results `json:"results,omitzero"`
	// Of is the job that this one is a resubmission of, Next the one that it was resubmitted as, the last time.
	Of   string `json:"of,omitempty"`
	Next string `json:"next,omitempty"`
	// Spec is what was asked for. In lists it lacks what may be big: arguments, environment, inputs.
	Spec scheduler.Job `json:"spec"`
	// Workflow is there for a workflow, whose Spec has no command. In lists it lacks its nodes.
	Workflow *scheduler.Workflow `json:"workflow,omitempty"`

	host     *Host
	uid      string
	revision int64
}

// Run is one time that the pool had a job, before a rule of its policy gave it back. Started and Ended are zero where that is not known.
type Run struct {
	Native  scheduler.ID    `json:"native,omitempty"`
	State   scheduler.State `json:"state"`
	Reason  string          `json:"reason,omitempty"`
	Cause   scheduler.Cause `json:"cause,omitempty"`
	Exit    *scheduler.Exit `json:"exit,omitempty"`
	Node    string          `json:"node,omitempty"`
	Started time.Time       `json:"started,omitzero"`
	Ended   time.Time       `json:"ended,omitzero"`
}

// Note is something heard about a job that changed nothing; or, with a Cause, why Oceanid itself ends it.
type Note struct {
	Time  time.Time       `json:"time"`
	Text  string          `json:"text"`
	Cause scheduler.Cause `json:"cause,omitempty"`
}

// Results is how the bringing of a job's results stands. It is a step of its own: however it ends, the job's state stays as it is.
type Results struct {
	// State is "waiting" (for the end, or for the next attempt), "fetching", "fetched" or "failed"; "": nobody asked for it.
	State string `json:"state,omitempty"`
	// Reason says what went wrong last.
	Reason string `json:"reason,omitempty"`
	// Attempts counts, RetryAt is when the next one may begin, Ended when it was over.
	Attempts int       `json:"attempts,omitempty"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	// Files and Bytes are what was brought.
	Files int   `json:"files,omitempty"`
	Bytes int64 `json:"bytes,omitempty"`
}

// job is a record as portals see it, with how its pool answers.
func (h *Host) job(j store.Job, pool store.Health) *Job {
	st := j.Status
	job := &Job{
		ID: j.ID, Scheduler: j.Scheduler, Type: j.Type, Name: j.Spec.Name, User: j.Spec.User, Groups: j.Spec.Groups, Labels: j.Spec.Labels, Key: j.Spec.Key,
		State: st.State, Reason: st.Reason, Native: st.NativeWord, Cause: st.Cause, Exit: st.Exit, Node: st.Node, Tasks: j.Tasks, Counts: st.Counts,
		PoolID: st.Native, Created: j.Created, Submitted: st.Submitted, Started: st.Started, Ended: st.Ended, Observed: st.Observed, Source: st.Source,
		CancelRequested: st.CancelRequested, Run: st.Run, Results: Results(st.Results), Of: j.Of, Next: st.Next, Spec: j.Spec, Workflow: j.Workflow,
		host: h, uid: j.SchedulerUID, revision: j.Revision,
	}
	for _, r := range st.Runs {
		job.Runs = append(job.Runs, Run(r))
	}
	for _, n := range st.Notes {
		job.Notes = append(job.Notes, Note(n))
	}
	if st.State == scheduler.Pending && job.Reason == "" {
		job.Reason = handedOver(st.RetryAt, time.Now())
	}
	if st.Native != "" && !st.State.Terminal() {
		if pool.Heard.After(job.Observed) {
			job.Observed = pool.Heard
		}
		job.Stale = h.stale(job.Observed, pool, time.Now())
	}
	return job
}

// handedOver says what becomes of an intent that belongs, until then, to the process that wrote it down, and afterwards to whoever follows its scheduler.
func handedOver(until, now time.Time) string {
	if until.After(now) {
		return "on its way to the pool; if the process that has it should have died, another takes it over at " + until.UTC().Format(time.TimeOnly) + " UTC"
	}
	return "not at the pool yet: it waits for a process that follows it, such as the portal, oceanid serve or oceanid jobs watch"
}

// Get reads the job again, as it stands now.
func (j *Job) Get(ctx context.Context) (*Job, error) { return j.host.GetJob(ctx, j.ID) }
