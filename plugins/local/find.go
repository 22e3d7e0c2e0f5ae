package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Find reads the job that is kept in each folder.
func (d *driver) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	entries, err := os.ReadDir(d.folder.job(""))
	if err != nil {
		return errors.Join(d.folder.check(), err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		token := e.Name()
		if !strings.HasPrefix(token, prefix) || !scheduler.ValidToken(token) {
			continue
		}
		k, err := readKept(d.folder.job(token))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			d.log.Warn("what is kept of a job cannot be read", "token", token, "error", err)
			continue
		}
		if k.Submitted.Before(since) {
			continue
		}
		ref := scheduler.Ref{ID: scheduler.ID(token), Token: token, Tasks: k.Job.Tasks()}
		if err := yield(scheduler.Found{Ref: ref, Job: k.whole(), Submitted: k.Submitted}); err != nil {
			return err
		}
	}
	return d.folder.check()
}

// whole is the job as it was submitted.
func (k *kept) whole() scheduler.Job {
	job := k.Job
	job.Command, job.Args = string(k.Command), stringsOf(k.Args)
	if len(k.Env) > 0 {
		job.Env = make(map[string]string, len(k.Env))
		for name, value := range k.Env {
			job.Env[name] = string(value)
		}
	}
	if job.Array != nil {
		array := *job.Array
		for _, row := range k.Rows {
			array.Args = append(array.Args, stringsOf(row))
		}
		job.Array = &array
	}
	return job
}
