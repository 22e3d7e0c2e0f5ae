package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// SubmitWorkflow makes a job of Slurm's of each node, which depends on those before it. Those that wait for nobody are held until all are there: so none
// can end, and be forgotten by Slurm, before another is told to wait for it. Each node is handed over as any job is, and so this can be repeated too.
func (d *driver) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	if err := w.CheckPlain(); err != nil {
		return "", err
	}
	order, err := w.Order()
	if err != nil {
		return "", err
	}
	for _, n := range w.Nodes {
		if err := refuse(n.Job); err != nil {
			return "", err
		}
	}
	f, err := d.folderOf(ctx, w.Token)
	if err != nil {
		return "", err
	}
	if number, err := d.readLink(ctx, f.record(markID)); err != nil || number != "" {
		return scheduler.ID(number), err
	}
	if err := d.stageWorkflow(ctx, f, w); err != nil {
		return "", err
	}
	numbers := make(map[string]string, len(w.Nodes))
	var first []string
	for _, i := range order {
		n := w.Nodes[i]
		n.Job.Token, n.Job.Name = w.NodeToken(i), strings.Trim(w.Name+"."+n.Name, ".")
		node, err := d.folderOf(ctx, n.Job.Token)
		if err != nil {
			return "", err
		}
		options := []string{"--hold"}
		if len(n.After) > 0 {
			options = []string{"--kill-on-invalid-dep=yes", "--dependency=afterok"}
			for _, before := range n.After {
				options[1] += ":" + numbers[before]
			}
		}
		if numbers[n.Name], err = d.submit(ctx, node, n.Job, options...); err != nil {
			return "", d.abandon(ctx, w, err)
		}
		if len(n.After) == 0 {
			first = append(first, numbers[n.Name])
		}
	}
	if _, err := d.slurm(ctx, "scontrol", "release", strings.Join(first, ",")); unlessOver(err) != nil {
		return "", unlessOver(err)
	}
	return d.commitWorkflow(ctx, f, w, first[0])
}

// stageWorkflow writes what the graph is; from then on its parts can be found.
func (d *driver) stageWorkflow(ctx context.Context, f folder, w scheduler.Workflow) error {
	for _, dir := range []string{f.record(""), f.parts()} {
		if err := d.makeFolder(ctx, dir); err != nil {
			return err
		}
	}
	cancelled, err := d.exists(ctx, f.record(markCancelled))
	if err != nil {
		return err
	}
	if cancelled {
		return fault.Conflict.New("workflow %s was cancelled before it was handed over", w.Token)
	}
	graph, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := d.write(ctx, f, f.job(), 0o600, bytes.NewReader(graph)); err != nil {
		return err
	}
	return d.mark(ctx, w.Token, markWorkflow)
}

// commitWorkflow notes that all of it has been handed over. A cancellation that came in between has not seen every node.
func (d *driver) commitWorkflow(ctx context.Context, f folder, w scheduler.Workflow, number string) (scheduler.ID, error) {
	number, err := d.link(ctx, f, number)
	if err != nil {
		return "", err
	}
	cancelled, err := d.exists(ctx, f.record(markCancelled))
	if err == nil && cancelled {
		err = d.Cancel(ctx, []scheduler.Ref{{Token: w.Token, Tasks: w.Tasks()}})
	}
	return scheduler.ID(number), err
}

// abandon takes back what Slurm has of a graph of which it refuses a node for good: the rest would be held for ever.
func (d *driver) abandon(ctx context.Context, w scheduler.Workflow, refused error) error {
	if !final(refused) {
		return refused
	}
	if err := d.Cancel(ctx, []scheduler.Ref{{Token: w.Token, Tasks: w.Tasks()}}); err != nil {
		return fault.Unavailable.New("%v; and what is at the cluster already could not be taken back: %w", refused, err)
	}
	return refused
}
