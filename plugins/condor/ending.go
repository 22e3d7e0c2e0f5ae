package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// auditEvery is how often the pool is asked, and not only its event log, whether a task has ended: the log may have lost the event. In the beginning it is
// asked sooner: an end comes to the log before it comes to the schedd, so one that has just come may have been read already, and not be told yet.
const (
	auditFirst = time.Second
	auditEvery = time.Minute
)

// ending waits for the end of one task. It reads what is new in the event log.
type ending struct {
	driver *driver
	ref    scheduler.Ref
	owner  owner
	number number
	task   int
	log    access.File
	zone   *time.Location
	offset int64
	audit  time.Time // the next
	pause  time.Duration
	ended  bool
	flow   *flow // of a workflow's task
}

// endOf looks where the log stands before it asks where the task stands: no end falls in between.
func (d *driver) endOf(ctx context.Context, p *place, ref scheduler.Ref, task int) (*ending, error) {
	if isWorkflow(ref.ID) {
		flow, err := d.flow(ctx, ref)
		return &ending{driver: d, ref: ref, flow: flow, task: task}, err
	}
	n, err := d.number(ctx, ref)
	if err != nil {
		return nil, err
	}
	e := &ending{driver: d, ref: ref, owner: owner{token: ref.Token, tasks: ref.Tasks}, number: n, task: task, zone: p.zone}
	if e.log, err = d.point.Open(ctx, p.log()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if e.log != nil {
		info, err := e.log.Stat()
		if err != nil {
			e.close()
			return nil, err
		}
		e.offset = info.Size()
	}
	return e, nil
}

func (e *ending) close() {
	if e.log != nil {
		e.log.Close()
	}
}

// reached tells whether the task has ended.
func (e *ending) reached(ctx context.Context) (bool, error) {
	if e.ended {
		return true, nil
	}
	if err := e.readLog(); err != nil {
		return false, err
	}
	if err := e.readFlow(ctx); err != nil {
		return false, err
	}
	if e.ended || time.Now().Before(e.audit) {
		return e.ended, nil
	}
	e.pause = min(max(2*e.pause, auditFirst), auditEvery)
	e.audit = time.Now().Add(e.pause)
	err := e.driver.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{e.ref}}, func(s scheduler.Status) error {
		e.see(s)
		return nil
	})
	return e.ended, err
}

func (e *ending) see(s scheduler.Status) {
	if s.State.Terminal() && s.Task <= e.task && e.task < s.Task+max(s.Count, 1) {
		e.ended = true
	}
}

func (e *ending) readLog() error {
	if e.log == nil {
		return nil
	}
	info, err := e.log.Stat()
	if err != nil {
		return err
	}
	if info.Size() <= e.offset {
		return nil
	}
	events := eventlog.NewReader(io.NewSectionReader(e.log, e.offset, info.Size()-e.offset), e.offset, e.zone)
	for {
		event, err := events.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e.offset = event.End
		if event.Cluster != e.number.cluster || e.number.proc >= 0 && event.Proc >= 0 && event.Proc != e.number.proc {
			continue
		}
		if s, ok := news(event, e.owner); ok {
			e.see(s)
		}
	}
}

// readFlow looks at what is written of a workflow, where the task is one of its tasks.
func (e *ending) readFlow(ctx context.Context) error {
	if e.flow == nil {
		return nil
	}
	changed, err := e.flow.refresh(ctx)
	if err != nil || !changed {
		return err
	}
	for _, s := range e.flow.survey(scheduler.Status{}, nil) {
		e.see(s)
	}
	return nil
}
