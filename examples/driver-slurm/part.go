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
	// whole is the record of the job itself, which is another one than that of a workflow's node.
	whole *record
	// first is the number that the whole gives the part's first task.
	first, tasks int
	// node and after are a node's name, and the names of those that it waits for.
	node  string
	after []string
}

// parts tells what each of the jobs consists of, with what the work folder knows of each part. A node comes after those that it waits for.
func (d *driver) parts(ctx context.Context, jobs []scheduler.Ref) ([][]part, error) {
	var names []string
	for _, ref := range jobs {
		names = append(names, ref.Token)
	}
	records, err := d.records(ctx, names)
	if err != nil {
		return nil, err
	}
	all := make([][]part, len(jobs))
	var nodes []string
	for i, ref := range jobs {
		f, err := d.folderOf(ctx, ref.Token)
		if err != nil {
			return nil, err
		}
		r := records[ref.Token]
		if !r.workflow {
			all[i] = []part{{ref: ref, token: ref.Token, folder: f, record: r, whole: r, tasks: max(ref.Tasks, 1)}}
			continue
		}
		if all[i], err = d.nodes(ctx, ref, f, r); err != nil {
			return nil, err
		}
		for _, p := range all[i] {
			nodes = append(nodes, p.token)
		}
	}
	if len(nodes) == 0 {
		return all, nil
	}
	if records, err = d.records(ctx, nodes); err != nil {
		return nil, err
	}
	for _, parts := range all {
		for i, p := range parts {
			if p.record == nil {
				parts[i].record = records[p.token]
			}
		}
	}
	return all, nil
}

// nodes are the parts of a workflow.
func (d *driver) nodes(ctx context.Context, ref scheduler.Ref, f folder, whole *record) (parts []part, err error) {
	w, err := readJSON[scheduler.Workflow](ctx, d, f.job())
	if err != nil {
		return nil, err
	}
	order, err := w.Order()
	if err != nil {
		return nil, err
	}
	for _, i := range order {
		n := w.Nodes[i]
		p := part{ref: ref, token: w.NodeToken(i), whole: whole, first: w.FirstTask(i), tasks: n.Job.Tasks(), node: n.Name, after: n.After}
		if p.folder, err = d.folderOf(ctx, p.token); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// partsOf is parts for one job, which must have been submitted.
func (d *driver) partsOf(ctx context.Context, ref scheduler.Ref) ([]part, error) {
	all, err := d.parts(ctx, []scheduler.Ref{ref})
	if err != nil {
		return nil, err
	}
	if whole := all[0][0].whole; whole.id == "" && !whole.begun && !whole.workflow {
		return nil, fault.NotFound.New("job %s is not on the cluster", ref.Token)
	}
	return all[0], nil
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
