package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// part is what Slurm knows as one job: the whole of a job, or a node of a workflow.
type part struct {
	ref    scheduler.Ref
	token  string
	folder folder
	record *record
	// first is the number that the whole gives the part's first task.
	first, tasks int
	// node and after are a node's name and the places, within the workflow, of those that it waits for.
	node  string
	after []int
}

// parts tells what the jobs consist of, with what the work folder knows of each part. Those of one job follow each other.
func (d *driver) parts(ctx context.Context, jobs []scheduler.Ref) (parts []part, err error) {
	var names []string
	for _, ref := range jobs {
		names = append(names, ref.Token)
	}
	records, err := d.records(ctx, names)
	if err != nil {
		return nil, err
	}
	names = nil
	for _, ref := range jobs {
		f, err := d.folderOf(ctx, ref.Token)
		if err != nil {
			return nil, err
		}
		if r := records[ref.Token]; !r.workflow {
			parts = append(parts, part{ref: ref, token: ref.Token, folder: f, record: r, tasks: max(ref.Tasks, 1)})
			continue
		}
		w, err := readJSON[scheduler.Workflow](ctx, d, f.job())
		if err != nil {
			return nil, err
		}
		nodes, err := d.nodes(ctx, ref, w)
		if err != nil {
			return nil, err
		}
		for _, p := range nodes {
			names = append(names, p.token)
		}
		parts = append(parts, nodes...)
	}
	if len(names) == 0 {
		return parts, nil
	}
	if records, err = d.records(ctx, names); err != nil {
		return nil, err
	}
	for i := range parts {
		if parts[i].record == nil {
			parts[i].record = records[parts[i].token]
		}
	}
	return parts, nil
}

// nodes are the parts of a workflow, in its own order.
func (d *driver) nodes(ctx context.Context, ref scheduler.Ref, w scheduler.Workflow) (parts []part, err error) {
	places := map[string]int{}
	for i, n := range w.Nodes {
		places[n.Name] = i
	}
	for i, n := range w.Nodes {
		p := part{ref: ref, token: w.NodeToken(i), first: w.FirstTask(i), tasks: n.Job.Tasks(), node: n.Name}
		if p.folder, err = d.folderOf(ctx, p.token); err != nil {
			return nil, err
		}
		for _, name := range n.After {
			p.after = append(p.after, places[name])
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// partsOf is parts for one job, which must have been submitted.
func (d *driver) partsOf(ctx context.Context, ref scheduler.Ref) ([]part, error) {
	parts, err := d.parts(ctx, []scheduler.Ref{ref})
	if err == nil && parts[0].record.id == "" && !parts[0].record.begun {
		err = fault.NotFound.New("job %s is not on the cluster", ref.Token)
	}
	return parts, err
}

// partOf is the part that has this task of the job, and the task's number in it.
func (d *driver) partOf(ctx context.Context, ref scheduler.Ref, task int) (p part, own int, err error) {
	parts, err := d.partsOf(ctx, ref)
	if err != nil {
		return p, 0, err
	}
	for _, p := range parts {
		if task >= p.first && task < p.first+p.tasks {
			return p, task - p.first, nil
		}
	}
	return p, 0, noTask(ref, task)
}

func readJSON[T any](ctx context.Context, d *driver, name string) (value T, err error) {
	text, err := with(ctx, d.machine, func(f files) ([]byte, error) {
		file, err := f.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return io.ReadAll(file)
	})
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	return value, err
}
