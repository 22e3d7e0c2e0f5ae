package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Hold holds what is idle. Of a workflow that is the DAGMan, which hands over nothing more and runs no script while it is held, and what it has handed over and
// does not run. What runs goes on, and how it has ended counts when the DAGMan is released: it reads its log again from the beginning.
func (d *driver) Hold(ctx context.Context, refs []scheduler.Ref) error {
	jobs, workflows, err := d.sorted(ctx, refs)
	if err != nil {
		return err
	}
	if err := d.actOnWorkflows(ctx, "condor_hold", "hold_workflows", workflows); err != nil {
		return err
	}
	return d.holdJobs(ctx, jobs)
}

// Release releases what is held.
func (d *driver) Release(ctx context.Context, refs []scheduler.Ref) error {
	jobs, workflows, err := d.sorted(ctx, refs)
	if err != nil {
		return err
	}
	if err := d.actOnWorkflows(ctx, "condor_release", "release_workflows", workflows); err != nil {
		return err
	}
	return d.releaseJobs(ctx, jobs)
}

// Suspend stops what runs. Of a workflow those are the jobs of its nodes; its DAGMan goes on, and hands over what is ready.
func (d *driver) Suspend(ctx context.Context, refs []scheduler.Ref) error {
	jobs, workflows, err := d.sorted(ctx, refs)
	if err != nil {
		return err
	}
	if err := d.actOnWorkflows(ctx, "condor_suspend", "suspend_workflows", workflows); err != nil {
		return err
	}
	return d.suspendJobs(ctx, jobs)
}

// Resume lets go on what is suspended.
func (d *driver) Resume(ctx context.Context, refs []scheduler.Ref) error {
	jobs, workflows, err := d.sorted(ctx, refs)
	if err != nil {
		return err
	}
	if err := d.actOnWorkflows(ctx, "condor_continue", "resume_workflows", workflows); err != nil {
		return err
	}
	return d.resumeJobs(ctx, jobs)
}

func (d *driver) actOnWorkflows(ctx context.Context, tool, function string, workflows []scheduler.Ref) error {
	call := []string{function}
	for _, ref := range workflows {
		cluster, err := dagCluster(ref.ID)
		if err != nil {
			return err
		}
		call = append(call, fmt.Sprintf("%s %d", ref.Token, cluster))
	}
	if len(workflows) == 0 {
		return nil
	}
	if _, err := d.at(ctx); err != nil {
		return err
	}
	answer, err := d.ask(ctx, script{name: tool, file: "workflow suspend", call: words(call...)})
	if err != nil {
		return err
	}
	if code := strings.TrimSpace(answer["code"]); code != "0" {
		return fault.Unavailable.New("%s: %s: %s", d.point, tool, strings.TrimSpace(answer["said"]))
	}
	return nil
}

// removeNodes deletes the folders of the jobs of a workflow's nodes. Those of the workflow itself, and of jobs, are the caller's. What was never handed over may
// have been meant as a workflow.
func (d *driver) removeNodes(ctx context.Context, refs []scheduler.Ref) error {
	jobs, workflows, err := d.sorted(ctx, refs)
	if err != nil {
		return err
	}
	var unborn []string
	for _, ref := range jobs {
		if ref.ID == "" {
			unborn = append(unborn, ref.Token)
		}
	}
	for some := range slices.Chunk(unborn, mostNamed) {
		if _, err := d.ask(ctx, script{name: "remove jobs of nodes", file: "workflow", call: words(append([]string{"remove_unborn"}, some...)...)}); err != nil {
			return err
		}
	}
	for _, ref := range workflows {
		f, err := d.flow(ctx, ref)
		if fault.Of(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		tokens := strings.Join(tokensOf(f.plan.Root), "\n")
		if _, err := d.ask(ctx, script{name: "remove jobs of nodes", file: "workflow", define: heredoc("node_tokens", tokens), call: words("remove_nodes", ref.Token)}); err != nil {
			return err
		}
		d.forget(ref.Token)
	}
	return nil
}

// tokensOf are those of all nodes, of which each may have a folder.
func tokensOf(g *dag.Group) (tokens []string) {
	for i, m := range g.Members {
		tokens = append(tokens, g.Workflow.NodeToken(i))
		if m.Group != nil {
			tokens = append(tokens, tokensOf(m.Group)...)
		}
	}
	return tokens
}
