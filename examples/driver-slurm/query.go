package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Query asks Slurm once about all jobs, and then the work folder once. The order matters: a task writes how it ended before Slurm forgets it, so what
// Slurm does not know any more must be written there.
//
// What neither knows looks lost; as a job may have been handed over between the two questions, both are asked again before anything is told as lost.
func (d *driver) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	lost, err := d.tell(ctx, q.Jobs, false, yield)
	if err == nil && len(lost) > 0 {
		_, err = d.tell(ctx, lost, true, yield)
	}
	return err
}

// tell yields what is known of the jobs. Unless sure it says nothing of those of which something looks lost, and returns them.
func (d *driver) tell(ctx context.Context, jobs []scheduler.Ref, sure bool, yield func(scheduler.Status) error) (lost []scheduler.Ref, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	queue, err := d.queue(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.parts(ctx, jobs)
	if err != nil {
		return nil, err
	}
	for _, parts := range all {
		statuses, complete, err := d.statuses(ctx, parts, queue, sure)
		if err != nil {
			return nil, err
		}
		if !complete && !sure {
			lost, statuses = append(lost, parts[0].ref), nil
		}
		for _, s := range statuses {
			if err := yield(s); err != nil {
				return nil, err
			}
		}
	}
	return lost, nil
}

// statuses are those of the parts of one job; complete is false where some of its tasks look lost.
func (d *driver) statuses(ctx context.Context, parts []part, queue map[string][]entry, sure bool) (all []scheduler.Status, complete bool, err error) {
	whole := parts[0].whole
	if whole.workflow && whole.id == "" && !whole.cancelled {
		return nil, true, nil // it is being handed over, node by node
	}
	complete = true
	failed := map[string]bool{} // the nodes of which something has ended without success
	for _, p := range parts {
		entries := queue[p.token]
		if p.record.id == "" {
			if p.record.id, err = d.adopt(ctx, p.folder, entries); err != nil {
				return nil, false, err
			}
		}
		if p.record.id == "" && p.record.begun && !p.record.stale {
			continue // it is being handed over
		}
		tasks := p.statuses(entries)
		if sure && isLost(tasks) {
			tasks = p.statuses(append(d.accounted(ctx, p), entries...))
		}
		p.explain(tasks, failed)
		complete = complete && !isLost(tasks)
		for _, s := range merge(tasks) {
			failed[p.node] = failed[p.node] || s.State == scheduler.Failed || s.State == scheduler.Cancelled
			s.ID, s.Token, s.Task = cmp.Or(p.ref.ID, scheduler.ID(whole.id)), p.ref.Token, s.Task+p.first
			all = append(all, s)
		}
	}
	return all, complete, nil
}

// statuses tells where each task of the part stands.
func (p part) statuses(entries []entry) []scheduler.Status {
	all := make([]scheduler.Status, p.tasks)
	for task := range all {
		all[task] = p.unknown()
	}
	for _, e := range entries {
		if e.number != p.record.id {
			continue // a second one of the same token, which ends by itself
		}
		status := said(e, p.record.cancelled)
		for _, r := range e.tasks {
			for task := r.first; task < min(r.first+r.count, p.tasks); task++ {
				all[task] = status
			}
		}
	}
	for task, e := range p.record.ends {
		// The task's own word stands even if Slurm, which had forgotten that it ran, has put it back into the queue.
		if task < p.tasks && e.word != "stopped" {
			native := all[task].Native
			all[task] = recorded(e)
			all[task].Native = native
		}
	}
	for task := range all {
		all[task].Task = task
	}
	return all
}

// unknown is a task of which Slurm knows nothing.
func (p part) unknown() scheduler.Status {
	switch {
	case p.whole.workflow && p.whole.id == "":
		return scheduler.Status{State: scheduler.Lost, Reason: "the workflow never reached the cluster as a whole"}
	case p.record.cancelled:
		return scheduler.Status{State: scheduler.Cancelled, Reason: "cancelled"}
	case p.record.id == "":
		return scheduler.Status{State: scheduler.Lost, Reason: "it never reached the cluster"}
	}
	return scheduler.Status{State: scheduler.Lost, Reason: "Slurm does not know job " + p.record.id + " any more, and the task left no word of its end"}
}

// explain gives the tasks that Slurm removed because a node before them did not succeed that reason, also when Slurm has forgotten them since.
func (p part) explain(tasks []scheduler.Status, failed map[string]bool) {
	before := slices.IndexFunc(p.after, func(name string) bool { return failed[name] })
	if before < 0 {
		return
	}
	for i, s := range tasks {
		if s.State == scheduler.Lost || s.State == scheduler.Cancelled && !p.record.cancelled {
			tasks[i].State, tasks[i].Cause, tasks[i].Reason = scheduler.Cancelled, scheduler.CauseUpstream, "not run: node "+p.after[before]+", which it waits for, did not succeed"
		}
	}
}

func isLost(tasks []scheduler.Status) bool {
	for _, s := range tasks {
		if s.State == scheduler.Lost {
			return true
		}
	}
	return false
}

// merge makes one status of neighbouring tasks that are alike.
func merge(tasks []scheduler.Status) (runs []scheduler.Status) {
	for _, s := range tasks {
		if last := len(runs) - 1; last >= 0 && alike(runs[last], s) {
			runs[last].Count++
			continue
		}
		s.Count = 1
		runs = append(runs, s)
	}
	return runs
}

func alike(a, b scheduler.Status) bool {
	return a.State == b.State && a.Reason == b.Reason && a.Cause == b.Cause && a.Native == b.Native && a.Node == b.Node && a.Time.Equal(b.Time) &&
		(a.Exit == nil) == (b.Exit == nil) && (a.Exit == nil || *a.Exit == *b.Exit)
}

func noTask(ref scheduler.Ref, task int) error {
	return fault.NotFound.New("job %s has no task %d", ref.Token, task)
}
