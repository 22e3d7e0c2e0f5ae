package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// folder is where everything of one job lies, under its token:
//
//	job.json     what to run, for task.py
//	task.py      what Slurm runs for each task
//	inputs/      what was uploaded
//	tasks/7/     task 7: its streams out and err, its working directory work/, and done when it has ended by itself
//	record/      what is known of the job: see record.go
//	slurm.log    what task.py itself complains of
type folder string

func (f folder) job() string              { return path.Join(string(f), "job.json") }
func (f folder) script() string           { return path.Join(string(f), "task.py") }
func (f folder) log() string              { return path.Join(string(f), "slurm.log") }
func (f folder) inputs() string           { return path.Join(string(f), "inputs") }
func (f folder) parts() string            { return path.Join(string(f), "parts") }
func (f folder) record(n string) string   { return path.Join(string(f), "record", n) }
func (f folder) task(n int) string        { return path.Join(string(f), "tasks", strconv.Itoa(n)) }
func (f folder) done(n int) string        { return path.Join(f.task(n), "done") }
func (f folder) input(name string) string { return path.Join(f.inputs(), name) }

var tokens = regexp.MustCompile(`^[A-Za-z0-9-]{1,80}$`)

// folderOf is the folder of the job with that token, whether it is there or not.
func (d *driver) folderOf(ctx context.Context, token string) (folder, error) {
	if !tokens.MatchString(token) {
		return "", fault.Invalid.New("%q is no token of a job", token)
	}
	dir, err := d.workDir(ctx)
	return folder(path.Join(dir, "jobs", token)), err
}

// job reads what was submitted.
func (d *driver) job(ctx context.Context, f folder) (scheduler.Job, error) {
	return readJSON[scheduler.Job](ctx, d, f.job())
}

func (d *driver) makeFolder(ctx context.Context, dir string) error {
	_, err := with(ctx, d.machine, func(f files) (struct{}, error) { return struct{}{}, f.MkdirAll(dir) })
	return err
}

// makeOnce makes a folder, and tells whether it was there already.
func (d *driver) makeOnce(ctx context.Context, dir string) (there bool, err error) {
	return with(ctx, d.machine, func(f files) (bool, error) {
		err := f.Mkdir(dir)
		if err == nil {
			return false, nil
		}
		// SFTP's version 3 has no word for "exists".
		if _, missing := f.Lstat(dir); missing == nil {
			return true, nil
		}
		return false, err
	})
}

// write makes a file that appears whole or not at all, in place of an earlier one.
func (d *driver) write(ctx context.Context, f folder, name string, mode fs.FileMode, content io.Reader) error {
	_, err := with(ctx, d.machine, func(files files) (struct{}, error) {
		part := path.Join(f.parts(), rand.Text())
		file, err := files.Create(part)
		if err != nil {
			return struct{}{}, err
		}
		_, err = io.Copy(file, content)
		err = errors.Join(err, file.Chmod(mode), file.Close())
		if err == nil {
			err = files.PosixRename(part, name)
		}
		if err != nil {
			_ = files.Remove(part) // the error that matters is the first
		}
		return struct{}{}, err
	})
	return err
}

// exists tells whether there is something of that name.
func (d *driver) exists(ctx context.Context, name string) (bool, error) {
	return with(ctx, d.machine, func(f files) (bool, error) {
		_, err := f.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	})
}

// remove removes a file or an empty folder.
func (d *driver) remove(ctx context.Context, name string) error {
	_, err := with(ctx, d.machine, func(f files) (struct{}, error) {
		err := f.RemoveDirectory(name)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return struct{}{}, err
	})
	return err
}
