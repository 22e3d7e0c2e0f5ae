package main

import (
	"context"
	"errors"
	"sync"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// processing makes the results of each flood when its job has ended, whoever ordered it, and whether or not this portal ran then.
type processing struct {
	host    *host.Host
	options options
	screen  *screen

	mu    sync.Mutex
	ended map[string]chan error
}

func newProcessing(h *host.Host, o options, screen *screen) *processing {
	return &processing{host: h, options: o, screen: screen, ended: map[string]chan error{}}
}

// handle is told of the end of every job at least once: after an error, or a crash in the middle, again. So what it does may be done twice: it brings the same
// files, and writes the same ones in one step each.
func (p *processing) handle(ctx context.Context, e host.Event) error {
	job, err := p.host.GetJob(ctx, e.Job)
	switch {
	case errors.Is(err, fault.NotFound):
		return nil // somebody has deleted it: there is nothing left to process
	case err != nil:
		return err
	case job.State != scheduler.Succeeded || job.Labels[appLabel] != appFlood:
		return nil
	}
	err = present(ctx, job, p.options, p.screen)
	select {
	case p.of(job.ID) <- err:
	default: // nobody waits, and what was said first counts
	}
	return err
}

// wait waits until the handler has been told of a job, and gives what it made of it.
func (p *processing) wait(ctx context.Context, id string) error {
	select {
	case err := <-p.of(id):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *processing) of(id string) chan error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended[id] == nil {
		p.ended[id] = make(chan error, 1)
	}
	return p.ended[id]
}
