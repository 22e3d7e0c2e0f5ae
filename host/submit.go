package host

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit runs a job exactly once. It reads the input files, writes the intent down, brings the inputs to the pool and submits. Once the intent is written the job
// will be at the pool once, whatever crashes, and whoever goes on; Submit returns it without an error, also when the pool does not answer now: the job then is
// pending with the reason, and is tried again.
//
// With spec.Key the same wish can be submitted again, from any process of the fleet, at any time and at the same moment, and runs once: every Submit with that key
// and the same content at the same scheduler returns the job of the first one without an error, however far it is, or how it ended. The same content is the same spec,
// but for Policy, with input files that hold the same bytes. Other content under the key is fault.Conflict, which names the job that has it; so is the key of
// a job that was deleted, for ever. A Submit that ended without an answer, by a crash or a connection that broke, is repeated with its key.
//
// "{id}" in spec.Name and spec.Policy.Results stands for the job's ID; other braces stay as they are.
//
// An error means that there is no job at the pool and never will be: fault.Invalid, Unsupported and Denied say why (the record of a job that the pool
// refused stays, as failed), fault.Exhausted that a quota of the configuration is full, with its numbers, any other kind that the intent could not be
// written. Only where the store breaks off in the middle of that (fault.Unavailable) the intent may be there all the same; then the lists have the job, and a
// repetition with the same key finds it.
//
// Submissions that arrive together go to store and pool together; one that is alone waits for no others.
func (s *Scheduler) Submit(ctx context.Context, spec scheduler.Job) (*Job, error) {
	spec, err := prepare(spec)
	if err != nil {
		return nil, err
	}
	return s.submit(ctx, store.Job{Spec: spec})
}

// SubmitWorkflow runs a graph of jobs, by the pool's own engine, as one job: all that Submit promises holds for it, Key and "{id}" included. Its tasks are those
// of all nodes, one node after the other; [Job.ListNodes] tells how the nodes stand. Names, keys, users and policies of the nodes' own jobs are not used.
//
// What the workflow lacks to be one, as where nodes wait for each other, is fault.Invalid before anything is written; a driver that runs no workflows is
// fault.Unsupported.
func (s *Scheduler) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (*Job, error) {
	w, err := prepareWorkflow(w)
	if err != nil {
		return nil, err
	}
	return s.submit(ctx, intentOf(w))
}

// intentOf is a workflow as the store keeps it: the job has what concerns it as a whole.
func intentOf(w scheduler.Workflow) store.Job {
	spec := scheduler.Job{Name: w.Name, User: w.User, Groups: w.Groups, Labels: w.Labels, Key: w.Key, Policy: w.Policy}
	return store.Job{Spec: spec, Workflow: &w}
}

// submit writes an intent down, which is prepared, and carries it to the pool.
func (s *Scheduler) submit(ctx context.Context, intent store.Job) (*Job, error) {
	record, err := s.kept("submit")
	if err != nil {
		return nil, err
	}
	h, began := s.host, time.Now()
	if intent.Workflow != nil {
		if err := h.runsWorkflows(ctx, record.UID); err != nil {
			return nil, err
		}
	}
	intent.ID = store.JobID(record.UID, intent.Spec.Key, began)
	intent.SchedulerUID, intent.Scheduler, intent.Type = record.UID, record.Name, record.Type
	name(&intent)
	job, made, err := h.submits.Create(ctx, store.Creation{Job: intent, Quotas: h.quotas(record.Name, intent.Spec.User)})
	if made {
		job, err = h.submits.Submit(ctx, job)
	}
	h.jobsMeasured.submitting(record.Name, began, made, err)
	if err != nil {
		return nil, err
	}
	jobs, err := h.shown(ctx, job)
	if err != nil {
		// Nobody asked how the pool is, and the job is there.
		return h.job(job, store.Health{Heard: began}), nil
	}
	return jobs[0], nil
}

// runsWorkflows refuses a workflow at a driver that is known not to run any. One that cannot be asked now may be able to.
func (h *Host) runsWorkflows(ctx context.Context, uid string) error {
	c, err := h.caller(ctx, uid)
	if errors.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && !c.Can(call.Workflows) {
		return fault.Unsupported.New("scheduler %q: its driver cannot run workflows", c.Name)
	}
	return nil
}
