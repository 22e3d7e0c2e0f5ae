package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// outputView shows a job's changes on lines, and, from the moment that it runs, what its first task writes.
type outputView struct {
	app  *app
	ctx  context.Context
	job  *host.Job
	logs bool // the driver can tell

	told    string
	started bool
	readers sync.WaitGroup
}

// outputs is a view of a job that is tried out: what the task writes goes where it would in a shell, and everything else to standard error.
func (a *app) outputs(ctx context.Context, s *host.Scheduler, job *host.Job) view {
	if a.format == asJSON {
		return a.watchView(job)
	}
	can, err := s.Can(ctx, "logs")
	if job.Tasks > 1 && can {
		a.note("of %d tasks the output of task 0 is shown", job.Tasks)
	}
	return &outputView{app: a, ctx: ctx, job: job, logs: err == nil && can}
}

func (v *outputView) show(e host.Event) error {
	if news := story(v.app.painter(v.app.err), e, v.job.Tasks); news != v.told {
		v.told = news
		fmt.Fprintln(v.app.err, e.Time.Local().Format(time.TimeOnly), news)
	}
	if !v.logs || v.started || e.State == scheduler.Pending || e.State == scheduler.Queued || e.State == scheduler.Held {
		return nil
	}
	v.started = true
	v.follow(scheduler.Stdout, v.app.safe(v.app.out))
	v.follow(scheduler.Stderr, v.app.safe(v.app.err))
	return nil
}

func (v *outputView) follow(stream scheduler.LogStream, to io.Writer) {
	v.readers.Go(func() {
		err := v.job.Logs(v.ctx, scheduler.LogOptions{Stream: stream, Follow: true}, to)
		if err != nil && v.ctx.Err() == nil {
			v.app.note("%s of the job: %v", stream, err)
		}
	})
}

// close waits until everything that the task wrote is shown.
func (v *outputView) close() { v.readers.Wait() }
