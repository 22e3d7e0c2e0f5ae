package main

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// whole is a driver that can do all that the SDK knows, whatever its way to the pool.
type whole interface {
	scheduler.Driver
	scheduler.Batcher
	scheduler.OptionTaker
	scheduler.Holder
	scheduler.Suspender
	scheduler.Remover
	scheduler.Finder
	scheduler.Watcher
	scheduler.LogStreamer
	scheduler.Uploader
	scheduler.Downloader
	scheduler.Prober
	scheduler.WorkflowRunner
	scheduler.Explainer
	scheduler.Inspector
	io.Closer
}

var (
	_ whole = (*driver)(nil)
	_ whole = (*remote)(nil)
)

// served is a driver of a pool, whatever the way. What the SDK finds in it become the driver's capabilities.
type served struct{ whole }

// reach chooses the way.
func reach(ctx context.Context, c Config, env sdk.Env) (served, error) {
	if c.Schedd == "" {
		d, err := New(ctx, c, env)
		return served{d}, err
	}
	if err := c.Validate(); err != nil {
		return served{}, err
	}
	r, err := newRemote(c, env)
	return served{r}, err
}
