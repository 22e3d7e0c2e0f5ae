package hosttest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func (d *driver) Logs(ctx context.Context, job scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	if o.Stream == "" {
		o.Stream = scheduler.Stdout
	}
	for {
		text, more, err := d.pool.written(ctx, job, o)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		o.Offset += int64(len(text))
		if !more {
			return nil
		}
	}
}

// written gives what a task has written after an offset, and tells whether there may be more. With Follow it waits until there is something to tell.
func (p *Pool) written(ctx context.Context, job scheduler.Ref, o scheduler.LogOptions) (text []byte, more bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, err := p.task(job, o.Task)
	if err != nil {
		return nil, false, err
	}
	over := func() bool { return !o.Follow || t.status.State.Terminal() }
	waited := p.await(ctx, func() bool { return over() || p.unreachable || int64(len(t.logs[o.Stream])) > o.Offset })
	if !waited {
		return nil, false, ctx.Err()
	}
	if err := p.reachable(); err != nil {
		return nil, false, err
	}
	all := t.logs[o.Stream]
	from := min(max(o.Offset, 0), int64(len(all)))
	return slices.Clone(all[from:]), !over(), nil
}

// task is a task of a job; p.mu is held.
func (p *Pool) task(job scheduler.Ref, index int) (*task, error) {
	e := p.jobs[job.Token]
	if e == nil || index < 0 || index >= len(e.tasks) {
		return nil, fault.NotFound.New("the pool has no task %d of job %s", index, job.Token)
	}
	return e.tasks[index], nil
}

// left is a file that a task has left.
type left struct {
	file    scheduler.File
	content []byte
}

func (d *driver) Download(ctx context.Context, job scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	files, err := d.pool.left(job, q)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := yield(f.file, bytes.NewReader(f.content)); err != nil {
			return err
		}
	}
	return nil
}

// left are the files that the job left and named among its outputs, in order.
func (p *Pool) left(job scheduler.Ref, q scheduler.FileQuery) (all []left, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.jobs[job.Token]
	if e == nil {
		return nil, fault.NotFound.New("the pool has no job %s", job.Token)
	}
	for i, t := range e.tasks {
		if len(q.Tasks) > 0 && !slices.Contains(q.Tasks, i) {
			continue
		}
		job, _ := e.whose(i)
		outputs := job.Outputs
		for _, path := range slices.Sorted(maps.Keys(t.files)) {
			if !named(path, outputs) || len(q.Paths) > 0 && !named(path, q.Paths) {
				continue
			}
			content := t.files[path]
			all = append(all, left{scheduler.File{Task: i, Path: path, Mode: 0o644, Size: int64(len(content)), Modified: t.status.Time}, content})
		}
	}
	return all, nil
}

// named tells whether a path is one of the outputs, or lies in one.
func named(path string, outputs []string) bool {
	return slices.ContainsFunc(outputs, func(o string) bool { return path == o || strings.HasPrefix(path, o+"/") })
}
