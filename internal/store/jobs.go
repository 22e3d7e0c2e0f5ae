package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Job is the record of a job.
type Job struct {
	// ID is made by JobID, and begins the job's token at the pool: see Token.
	ID string
	// SchedulerUID is the UID of its scheduler, Scheduler the name and Type the type that it had when the job was made.
	SchedulerUID, Scheduler, Type string
	// Spec is what was asked for, never changed, with Token as the job has it now. Lists leave out what may be big: Args, Env, Inputs, and what an Array
	// has for each task.
	Spec scheduler.Job
	// Workflow is there for a workflow; Spec has its Name, User, Groups, Labels, Key and Policy then, and nothing else. Lists leave out its nodes.
	Workflow *scheduler.Workflow
	// Tasks is their number. Default of a new job: that of Workflow or Spec.
	Tasks int
	// Of is the job that this one is a resubmission of; "": of none.
	Of string
	// Status is where the job stands.
	Status JobStatus
	// Revision is 1 for a new job and grows by one with each change.
	Revision int64
	// Created is when it was made, in UTC and whole milliseconds. Default of a new job: the time of the call.
	Created time.Time
}

// JobStatus is the changing part of a job's record. Whoever changes a job writes all of it.
type JobStatus struct {
	// State is where the job as a whole stands. A terminal state is never changed by a later commit.
	State scheduler.State `json:"state"`
	// Native is the pool's identifier, once the driver has told it. It never changes then, until a new Run begins without one.
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
	// Source is who told what Observed is the time of: "submit", "events" or "query".
	Source string `json:"source,omitempty"`
	// Missing is since when the pool says that it does not know the job: it is Lost only when that has lasted. Zero: the pool knows it.
	Missing time.Time `json:"missing,omitzero"`
	// Attempts counts how often the driver was asked to submit it; Attempted is when the last attempt began, RetryAt when the next one may.
	Attempts  int       `json:"attempts,omitempty"`
	Attempted time.Time `json:"attempted,omitzero"`
	RetryAt   time.Time `json:"retry_at,omitzero"`
	// Run counts from 0 how often the pool has had the job and a rule gave it back: it is in the token (see Token). Runs are how the earlier ones ended.
	Run  int   `json:"run,omitempty"`
	Runs []Run `json:"runs,omitempty"`
	// Cause is that of a job of one task.
	Cause scheduler.Cause `json:"cause,omitempty"`
	// Bad is, of an array that has not ended, what was said of the first task that ended in each of the states that are no success. At the end Reason has it.
	Bad []BadTask `json:"bad,omitempty"`
	// Notes are what was heard that did not change anything, the newest last, at most 20: news after the end, contradictions.
	Notes []Note `json:"notes,omitempty"`
	// Results is how the bringing of results stands; its zero value: nobody asked for it.
	Results Results `json:"results,omitzero"`
	// Next is the job that this one was resubmitted as, the last time.
	Next string `json:"next,omitempty"`
}

// Run is one time that the pool had a job, before a rule gave it back.
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

// BadTask is why a task of an array did not succeed, in words and in the pool's own.
type BadTask struct {
	Task   int             `json:"task"`
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
}

// Note is something heard about a job that changed nothing.
type Note struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
	// Cause is of which cause the job is to end by what the note says; "": it does not end by it.
	Cause scheduler.Cause `json:"cause,omitempty"`
}

// Results is how the bringing of a job's results stands.
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

// Job is the whole record, or fault.NotFound.
func (s *Store) Job(ctx context.Context, id string) (Job, error) {
	uid, ok := JobScheduler(id)
	if !ok {
		return Job{}, noSuchJob(id)
	}
	var record *redis.SliceCmd
	var spec *redis.StringCmd
	err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		record = p.HMGet(ctx, slot(uid)+"job:"+id, jobFields...)
		spec = p.Get(ctx, slot(uid)+"spec:"+id)
		return nil
	})
	if err != nil {
		return Job{}, err
	}
	job, ok, err := decodeJob(id, texts(record.Val()))
	if err != nil {
		return Job{}, err
	}
	if !ok || spec.Err() != nil {
		return Job{}, noSuchJob(id)
	}
	var whole jobSpec
	if err := json.Unmarshal([]byte(spec.Val()), &whole); err != nil {
		return Job{}, brokenJob(id, err)
	}
	job.Spec, job.Workflow = whole.Job, whole.Workflow
	job.retoken()
	return job, nil
}

// JobByNative is the whole record of the job with that identifier at the scheduler's pool, or fault.NotFound.
func (s *Store) JobByNative(ctx context.Context, uid string, native scheduler.ID) (Job, error) {
	read := s.client.HGet(ctx, slot(uid)+"natives", string(native))
	if errors.Is(read.Err(), redis.Nil) {
		return Job{}, fault.NotFound.New("job %q of the pool: no job here has that identifier", native)
	}
	if err := s.explained(read); err != nil {
		return Job{}, err
	}
	return s.Job(ctx, read.Val())
}

// pipelined is how many commands go into one pipeline: few enough that neither side waits for the other to read.
const pipelined = 500

// jobFields are those that decodeJob reads.
var jobFields = []string{"rev", "created", "tasks", "head", "status"}

// jobHead is the constant part of a record that lists show.
type jobHead struct {
	Scheduler string              `json:"scheduler"`
	Type      string              `json:"type"`
	Of        string              `json:"of,omitempty"`
	Spec      scheduler.Job       `json:"spec"`
	Workflow  *scheduler.Workflow `json:"workflow,omitempty"`
}

// jobSpec is all that was asked for.
type jobSpec struct {
	scheduler.Job
	Workflow *scheduler.Workflow `json:"workflow,omitempty"`
}

// light is a record without what may be big.
func (j Job) light() jobHead {
	h := jobHead{Scheduler: j.Scheduler, Type: j.Type, Of: j.Of, Spec: j.Spec}
	h.Spec.Args, h.Spec.Env, h.Spec.Inputs = nil, nil, nil
	if h.Spec.Array != nil {
		h.Spec.Array = &scheduler.Array{Count: h.Spec.Array.Count}
	}
	if j.Workflow != nil {
		bare := *j.Workflow
		bare.Nodes = nil
		h.Workflow = &bare
	}
	return h
}

// retoken gives what was asked for the token of the job's present run.
func (j *Job) retoken() {
	j.Spec.Token = j.Token()
	if j.Workflow != nil {
		j.Workflow.Token = j.Token()
	}
}

// Heads are some jobs as lists show them, in the order asked; those that are not there are left out.
func (s *Store) Heads(ctx context.Context, ids []string) ([]Job, error) {
	for _, id := range ids {
		if _, ok := JobScheduler(id); !ok {
			return nil, noSuchJob(id)
		}
	}
	return s.jobHeads(ctx, ids)
}

// jobHeads reads jobs as lists show them, in the order asked; those that are not there are left out.
func (s *Store) jobHeads(ctx context.Context, ids []string) ([]Job, error) {
	jobs := make([]Job, 0, len(ids))
	for some := range slices.Chunk(ids, pipelined) {
		read := make([]*redis.SliceCmd, len(some))
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, id := range some {
				uid, _ := JobScheduler(id)
				read[i] = p.HMGet(ctx, slot(uid)+"job:"+id, jobFields...)
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for i, id := range some {
			job, ok, err := decodeJob(id, texts(read[i].Val()))
			if err != nil {
				return nil, err
			}
			if ok {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs, nil
}

func decodeJob(id string, v []string) (job Job, ok bool, err error) {
	if v[0] == "" {
		return Job{}, false, nil
	}
	var head jobHead
	if err := json.Unmarshal([]byte(v[3]), &head); err != nil {
		return Job{}, false, brokenJob(id, err)
	}
	uid, _ := JobScheduler(id)
	job = Job{
		ID: id, SchedulerUID: uid, Scheduler: head.Scheduler, Type: head.Type, Spec: head.Spec, Workflow: head.Workflow, Of: head.Of,
		Revision: integer(v[0]), Created: fromMillis(v[1]), Tasks: int(integer(v[2])),
	}
	if err := json.Unmarshal([]byte(v[4]), &job.Status); err != nil {
		return Job{}, false, brokenJob(id, err)
	}
	job.retoken()
	return job, true, nil
}

func noSuchJob(id string) error { return fault.NotFound.New("job %q: there is no such job", id) }

func brokenJob(id string, err error) error {
	return fault.By(fault.Host, fault.Internal.New("store: the record of job %s: %w", id, err))
}
