package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pkg/sftp"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Download yields the outputs that the job named, task after task, from the tasks' working directories.
func (d *driver) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	parts, err := d.partsOf(ctx, ref)
	if err != nil {
		return err
	}
	// By their tasks' numbers: results come in a stable order.
	slices.SortFunc(parts, func(a, b part) int { return a.first - b.first })
	last := parts[len(parts)-1]
	for _, task := range q.Tasks {
		if task < 0 || task >= last.first+last.tasks {
			return noTask(ref, task)
		}
	}
	f := &fetch{driver: d, yield: yield}
	known := len(q.Paths) == 0
	for _, p := range parts {
		job, err := d.job(ctx, p.folder)
		if err != nil {
			return err
		}
		var wanted []string
		for _, name := range job.Outputs {
			if len(q.Paths) == 0 || slices.Contains(q.Paths, name) {
				wanted, known = append(wanted, name), true
			}
		}
		for task := range p.tasks {
			if len(q.Tasks) > 0 && !slices.Contains(q.Tasks, p.first+task) {
				continue
			}
			f.task, f.work = p.first+task, path.Join(p.folder.task(task), "work")
			for _, name := range wanted {
				if err := f.output(ctx, name); err != nil {
					return err
				}
			}
		}
	}
	if !known {
		return fault.NotFound.New("job %s names no output %q", ref.Token, q.Paths)
	}
	return f.refused()
}

// fetch brings the outputs of one task after the other.
type fetch struct {
	driver *driver
	yield  func(scheduler.File, io.Reader) error
	task   int
	work   string // the task's working directory
	// others are what is neither file nor folder: a job's link is never followed.
	others []string
}

// output brings a file, or all of a folder.
func (f *fetch) output(ctx context.Context, name string) error {
	// A link on the way there is refused as one at its end.
	for i := range strings.Count(name, "/") {
		above := strings.Join(strings.Split(name, "/")[:i+1], "/")
		info, err := f.look(ctx, above)
		if info == nil || err != nil {
			return err
		}
		if !info.IsDir() {
			f.others = append(f.others, above)
			return nil
		}
	}
	info, err := f.look(ctx, name)
	if info == nil || err != nil {
		return err
	}
	return f.entry(ctx, name, info)
}

// look is what lies there; nil: nothing, as a task may leave an output out.
func (f *fetch) look(ctx context.Context, name string) (fs.FileInfo, error) {
	info, err := with(ctx, f.driver.machine, func(files files) (fs.FileInfo, error) { return files.Lstat(path.Join(f.work, name)) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, err
}

func (f *fetch) entry(ctx context.Context, name string, info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return f.file(ctx, name)
	case !info.IsDir():
		f.others = append(f.others, name)
		return nil
	}
	entries, err := with(ctx, f.driver.machine, func(files files) ([]fs.FileInfo, error) { return files.ReadDir(path.Join(f.work, name)) })
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if err := f.entry(ctx, path.Join(name, e.Name()), e); err != nil {
			return err
		}
	}
	return nil
}

// file yields a file as it is once it is open: the task's other processes may have put something else in its place since it was looked at. That this is a
// link to a file elsewhere SFTP cannot tell any more; it is a file that the portal's account may read.
func (f *fetch) file(ctx context.Context, name string) error {
	file, err := with(ctx, f.driver.machine, func(files files) (*sftp.File, error) { return files.Open(path.Join(f.work, name)) })
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := with(ctx, f.driver.machine, func(files) (fs.FileInfo, error) { return file.Stat() })
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		f.others = append(f.others, name)
		return nil
	}
	content := &reader{ctx: ctx, machine: f.driver.machine, file: file, left: info.Size()}
	return f.yield(scheduler.File{Task: f.task, Path: name, Size: info.Size(), Mode: uint32(info.Mode().Perm()), Modified: info.ModTime()}, content)
}

// refused is the error about what was not brought, when all the rest was.
func (f *fetch) refused() error {
	if len(f.others) == 0 {
		return nil
	}
	return fault.Invalid.New("not brought: %q: only regular files and folders are", f.others)
}

// reader reads as many bytes of a file as it had when it was looked at.
type reader struct {
	ctx     context.Context
	machine machine
	file    *sftp.File
	left    int64
	chunk   []byte
}

func (r *reader) Read(b []byte) (int, error) {
	if len(r.chunk) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		next, err := with(r.ctx, r.machine, func(files) ([]byte, error) {
			bytes := make([]byte, min(chunk, r.left))
			n, err := io.ReadFull(r.file, bytes)
			if n > 0 {
				err = nil
			}
			return bytes[:n], err
		})
		if err != nil {
			return 0, fault.Unavailable.New("a result became shorter while it was read: %w", err)
		}
		r.chunk, r.left = next, r.left-int64(len(next))
	}
	n := copy(b, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}
