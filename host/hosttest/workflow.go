package hosttest

import (
	"context"
	"fmt"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// SubmitWorkflow takes a graph in. A model plays it node by node; cues move its tasks by their numbers in the whole.
func (d *driver) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	if err := d.pool.enter(ctx); err != nil {
		return "", err
	}
	if err := playable(w); err != nil {
		return "", err
	}
	return d.pool.submit(&entry{flow: &w, job: scheduler.Job{Token: w.Token, Name: w.Name, Options: w.Options, Labels: w.Labels, User: w.User}})
}

// playable refuses what a pool in memory has no engine for: scripts, and what depends on them.
func playable(w scheduler.Workflow) error {
	for _, n := range w.Nodes {
		field := ""
		switch {
		case n.Pre != nil:
			field = "pre"
		case n.Post != nil:
			field = "post"
		case n.AbortOn != nil:
			field = "abort_on"
		case len(n.Vars) > 0:
			field = "vars"
		}
		if field != "" {
			return fault.Unsupported.New("node %q: %s: a pool in memory has no engine for that", n.Name, field)
		}
		if n.Workflow != nil {
			if err := playable(*n.Workflow); err != nil {
				return err
			}
		}
	}
	return nil
}

// whose is the job that a task belongs to, and its number there.
func (e *entry) whose(task int) (scheduler.Job, int) {
	if e.flow == nil {
		return e.job, task
	}
	return member(*e.flow, task)
}

func member(w scheduler.Workflow, task int) (scheduler.Job, int) {
	for _, n := range w.Nodes {
		own := n.Tasks()
		switch {
		case task >= own:
			task -= own
		case n.Workflow != nil:
			return member(*n.Workflow, task)
		default:
			return n.Job, task
		}
	}
	return scheduler.Job{}, task
}

// performAll runs a workflow whose tasks begin at a number of the entry's, and tells whether all its nodes that count succeeded.
func (p *Pool) performAll(e *entry, w scheduler.Workflow, first int, model func(Task) Result) bool {
	order, err := w.Order()
	if err != nil {
		return false // the host and the SDK have checked it
	}
	well, all := map[string]bool{}, true
	play := func(kind scheduler.NodeKind) {
		for _, i := range order {
			n := w.Nodes[i]
			if n.Kind != kind {
				continue
			}
			at, blocker := first+w.FirstTask(i), ""
			for _, name := range n.After {
				if !well[name] {
					blocker = name
				}
			}
			switch {
			case blocker != "":
				p.drop(e, at, n.Tasks(), blocker)
			case n.Workflow != nil:
				well[n.Name] = p.performAll(e, *n.Workflow, at, model)
			default:
				well[n.Name] = p.performNode(e, n, at, model)
			}
			all = all && (well[n.Name] || kind == scheduler.ServiceNode)
		}
	}
	play(scheduler.ServiceNode)
	play("")
	play(scheduler.FinalNode)
	return all
}

// performNode runs the tasks of one node, as often as its retries allow, and tells whether they succeeded.
func (p *Pool) performNode(e *entry, n scheduler.Node, at int, model func(Task) Result) bool {
	results := make([]Result, n.Job.Tasks())
	exit := 0
	for attempt := 0; attempt <= n.Retries; attempt++ {
		exit = 0
		for i := range results {
			if attempt == 0 && !p.step(e, at+i, scheduler.Status{State: scheduler.Running, Node: "node-1"}) {
				return false // it was cancelled
			}
			if results[i] = model(p.played(n.Job, i)); results[i].Exit != 0 {
				exit = results[i].Exit
			}
		}
		if exit == 0 || n.UnlessExit != nil && exit == *n.UnlessExit {
			break
		}
	}
	for i, r := range results {
		p.keep(e.tasks[at+i], r)
		p.step(e, at+i, ended(r.Exit))
	}
	return exit == 0
}

// drop cancels the tasks of a node that comes after one which did not succeed.
func (p *Pool) drop(e *entry, at, count int, blocker string) {
	for i := range count {
		p.step(e, at+i, scheduler.Status{State: scheduler.Cancelled, Reason: fmt.Sprintf("node %q did not succeed", blocker), Cause: scheduler.CauseUpstream})
	}
}
