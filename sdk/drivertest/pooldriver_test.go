package drivertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/rpc"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// poolConfig is the configuration of the driver for the tests' pool.
type poolConfig struct {
	Socket   string        `oceanid:"socket"                 doc:"Socket of the pool."`
	Password sdk.Secret    `oceanid:"password,optional"      doc:"Not needed."`
	Timeout  time.Duration `oceanid:"timeout,default=30s"    doc:"Not needed either."`
	Queues   []string      `oceanid:"queues,optional"        doc:"Nor this."`
}

// poolDriver is a driver as it should be, with every capability.
type poolDriver struct{ socket string }

func newPoolDriver(_ context.Context, c poolConfig, _ sdk.Env) (*poolDriver, error) {
	return &poolDriver{c.Socket}, nil
}

// ask calls the pool and gives up when ctx is done.
func (d *poolDriver) ask(ctx context.Context, verb string, question, answer any) error {
	client, err := rpc.Dial("unix", d.socket)
	if err != nil {
		return fault.Unavailable.New("the pool: %w", err)
	}
	defer client.Close()
	call := client.Go("Pool."+verb, question, answer, make(chan *rpc.Call, 1))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-call.Done:
		return call.Error
	}
}

func (d *poolDriver) dir() string { return filepath.Dir(d.socket) }

func (d *poolDriver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	return d.SubmitWorkflow(ctx, scheduler.Workflow{Token: job.Token, Nodes: []scheduler.Node{{Name: "job", Job: job}}})
}

func (d *poolDriver) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	for _, n := range w.Nodes {
		for _, in := range n.Job.Inputs {
			if _, err := os.Stat(filepath.Join(uploads(d.dir(), n.Job.Token), in.Name)); err != nil {
				return "", fault.Conflict.New("input %q was not uploaded", in.Name)
			}
		}
	}
	var id string
	err := d.ask(ctx, "Submit", Graph{Token: w.Token, Nodes: w.Nodes}, &id)
	return scheduler.ID(id), err
}

func tokens(refs []scheduler.Ref) []string {
	var all []string
	for _, r := range refs {
		all = append(all, r.Token)
	}
	return all
}

func (d *poolDriver) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	var found []scheduler.Status
	if err := d.ask(ctx, "Find", tokens(q.Jobs), &found); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, s := range found {
		known[s.Token] = true
		if err := yield(s); err != nil {
			return err
		}
	}
	for _, r := range q.Jobs {
		if !known[r.Token] {
			if err := yield(scheduler.Status{ID: r.ID, Token: r.Token, Count: r.Tasks, State: scheduler.Lost, Reason: "the pool does not know it"}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *poolDriver) Cancel(ctx context.Context, refs []scheduler.Ref) error {
	return d.ask(ctx, "Cancel", tokens(refs), &struct{}{})
}

func (d *poolDriver) Hold(ctx context.Context, refs []scheduler.Ref) error {
	return d.ask(ctx, "Hold", tokens(refs), &struct{}{})
}

func (d *poolDriver) Release(ctx context.Context, refs []scheduler.Ref) error {
	return d.ask(ctx, "Release", tokens(refs), &struct{}{})
}

func (d *poolDriver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	place, err := strconv.Atoi(string(from))
	var count int
	if err := d.ask(ctx, "Count", struct{}{}, &count); err != nil {
		return err
	}
	if from != "" && (err != nil || place < 0 || place > count) {
		place = count
		if err := yield(scheduler.Event{Reset: "the pool has no such place among its events", Cursor: cursorOf(place)}); err != nil {
			return err
		}
	}
	for {
		var news []scheduler.Status
		if err := d.ask(ctx, "News", place, &news); err != nil {
			return err
		}
		for _, s := range news {
			place++
			if err := yield(scheduler.Event{Status: s, Cursor: cursorOf(place)}); err != nil {
				return err
			}
		}
	}
}

func cursorOf(place int) scheduler.Cursor { return scheduler.Cursor(strconv.Itoa(place)) }

// known asks about one job: fault.NotFound where there is none.
func (d *poolDriver) known(ctx context.Context, ref scheduler.Ref) ([]scheduler.Status, error) {
	var found []scheduler.Status
	if err := d.ask(ctx, "Find", []string{ref.Token}, &found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound.New("job %q: the pool does not know it", ref.ID)
	}
	return found, nil
}

func (d *poolDriver) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	for {
		now, err := d.known(ctx, ref)
		if err != nil {
			return err
		}
		if o.Task >= len(now) {
			return fault.NotFound.New("job %q has no task %d", ref.ID, o.Task)
		}
		name := "stdout"
		if o.Stream == scheduler.Stderr {
			name = "stderr"
		}
		content, err := os.ReadFile(filepath.Join(filepath.Dir(workDir(d.dir(), ref.Token, o.Task)), name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if o.Offset < int64(len(content)) {
			n, err := w.Write(content[o.Offset:])
			if o.Offset += int64(n); err != nil {
				return err
			}
		}
		if !o.Follow || now[o.Task].State.Terminal() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (d *poolDriver) Upload(_ context.Context, token string, in scheduler.Input, r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	path := filepath.Join(uploads(d.dir(), token), in.Name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func (d *poolDriver) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	now, err := d.known(ctx, ref)
	if err != nil {
		return err
	}
	var outputs []string
	if err := d.ask(ctx, "Outputs", ref.Token, &outputs); err != nil {
		return err
	}
	var refused []string
	for task := range now {
		if len(q.Tasks) > 0 && !slices.Contains(q.Tasks, task) {
			continue
		}
		root, err := os.OpenRoot(workDir(d.dir(), ref.Token, task))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, out := range outputs {
			if len(q.Paths) > 0 && !slices.Contains(q.Paths, out) {
				continue
			}
			err = errors.Join(err, send(root, task, out, &refused, yield))
		}
		if err := errors.Join(err, root.Close()); err != nil {
			return err
		}
	}
	if len(refused) > 0 {
		return fault.Invalid.New("not regular files: %s", strings.Join(refused, ", "))
	}
	return nil
}

// send walks one output.
func send(root *os.Root, task int, out string, refused *[]string, yield func(scheduler.File, io.Reader) error) error {
	if info, err := root.Lstat(out); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		*refused = append(*refused, fmt.Sprintf("%s of task %d", out, task))
		return nil
	}
	err := fs.WalkDir(root.FS(), out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			*refused = append(*refused, fmt.Sprintf("%s of task %d", path, task))
			return nil
		}
		f, err := root.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		return yield(scheduler.File{Task: task, Path: path, Size: info.Size(), Mode: uint32(info.Mode().Perm()), Modified: info.ModTime()}, f)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d *poolDriver) Probe(ctx context.Context, report func(scheduler.Check)) error {
	var count int
	if err := d.ask(ctx, "Count", struct{}{}, &count); err != nil {
		report(scheduler.Check{Name: "connect", Text: err.Error()})
		return err
	}
	report(scheduler.Check{Name: "connect", OK: true, Text: d.socket})
	return nil
}
