package main

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// nodeOf is the job that has a task of a workflow, as if it were none's, and the number of the task in it. A job is its own.
func (d *driver) nodeOf(ctx context.Context, ref scheduler.Ref, task int) (whole, node scheduler.Ref, own int, err error) {
	if ref.ID == "" {
		_, workflows, err := d.sorted(ctx, []scheduler.Ref{ref})
		if err != nil {
			return ref, ref, task, err
		}
		if len(workflows) > 0 {
			ref = workflows[0]
		}
	}
	if !isWorkflow(ref.ID) {
		return ref, ref, task, nil
	}
	f, err := d.flow(ctx, ref)
	if err != nil {
		return ref, ref, task, err
	}
	leaf := f.plan.LeafOf(task)
	if leaf == nil {
		return ref, ref, task, fault.NotFound.New("workflow %s has no task %d, only 0 to %d", ref.Token, task, f.plan.Tasks()-1)
	}
	return ref, scheduler.Ref{Token: leaf.Job.Token, Tasks: leaf.Job.Tasks()}, task - leaf.First, nil
}

// Download brings the outputs of a job, or of the jobs of a workflow's nodes, one after the other.
func (d *driver) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if !isWorkflow(ref.ID) {
		jobs, workflows, err := d.sorted(ctx, []scheduler.Ref{ref})
		if err != nil {
			return err
		}
		if len(workflows) == 0 {
			if len(jobs) > 0 {
				ref = jobs[0]
			}
			return d.downloadJob(ctx, ref, q, yield)
		}
		ref = workflows[0]
	}
	f, err := d.flow(ctx, ref)
	if err != nil {
		return err
	}
	for _, task := range q.Tasks {
		if f.plan.LeafOf(task) == nil {
			return fault.NotFound.New("workflow %s has no task %d, only 0 to %d", ref.Token, task, f.plan.Tasks()-1)
		}
	}
	named := make(map[string]bool)
	var refused []error
	for _, leaf := range f.plan.Leaves {
		job := leaf.Job
		own := scheduler.FileQuery{}
		for _, task := range q.Tasks {
			if leaf.First <= task && task < leaf.First+job.Tasks() {
				own.Tasks = append(own.Tasks, task-leaf.First)
			}
		}
		for _, name := range q.Paths {
			if slices.Contains(job.Outputs, name) {
				named[name] = true
				own.Paths = append(own.Paths, name)
			}
		}
		if len(job.Outputs) == 0 || len(q.Tasks) > 0 && len(own.Tasks) == 0 || len(q.Paths) > 0 && len(own.Paths) == 0 {
			continue
		}
		err := d.downloadJob(ctx, scheduler.Ref{Token: job.Token, Tasks: job.Tasks()}, own, func(file scheduler.File, r io.Reader) error {
			file.Task += leaf.First
			if err := yield(file, r); err != nil {
				return &yieldError{err}
			}
			return nil
		})
		var stopped *yieldError
		if errors.As(err, &stopped) {
			return stopped.error
		}
		// What cannot be had of one node is told when all the rest has come.
		if err != nil && fault.Of(err) != fault.Invalid {
			return err
		}
		if err != nil {
			refused = append(refused, fault.Invalid.New("node %q: %w", leaf.Name, err))
		}
	}
	for _, name := range q.Paths {
		if !named[name] {
			return fault.NotFound.New("no node of workflow %s names an output %q", ref.Token, name)
		}
	}
	return errors.Join(refused...)
}

// yieldError is what whoever takes the files has said.
type yieldError struct{ error }

// Unwrap is that.
func (e *yieldError) Unwrap() error { return e.error }
