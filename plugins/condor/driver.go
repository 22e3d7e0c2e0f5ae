package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// driver runs jobs on one pool. It remembers nothing that matters: whatever must survive it is on the access point.
type driver struct {
	point  access.Point
	log    *slog.Logger
	wanted string // Config.Directory
	tools  string
	rules  command.Policy // of options
	// defaults are options of jobs that do not set them.
	defaults map[string]any
	// noScripts is Config.NoScripts.
	noScripts bool
	// elsewhere is the schedd of another machine that the tools of this one speak to; nil: the tools are where the schedd is.
	elsewhere *elsewhere

	mu    sync.Mutex
	swept time.Time // when what killed attempts have left was looked for
	place *place
	index *index
	flows map[string]*flow // by token
}

// What the SDK finds in a driver become its capabilities.
var (
	_ scheduler.Driver      = (*driver)(nil)
	_ scheduler.Batcher     = (*driver)(nil)
	_ scheduler.OptionTaker = (*driver)(nil)
	_ scheduler.Holder      = (*driver)(nil)
	_ scheduler.Suspender   = (*driver)(nil)
	_ scheduler.Remover     = (*driver)(nil)
	_ scheduler.Finder      = (*driver)(nil)
	_ scheduler.Watcher     = (*driver)(nil)
	_ scheduler.LogStreamer = (*driver)(nil)
	_ scheduler.Uploader    = (*driver)(nil)
	_ scheduler.Downloader  = (*driver)(nil)
	_ scheduler.Prober      = (*driver)(nil)
)

// New makes the driver of one scheduler whose tools are at its access point. It connects on first use. Close it.
func New(_ context.Context, c Config, env sdk.Env) (*driver, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	d := bare(c, env)
	if c.Host == "" {
		d.point = access.NewLocal()
		return d, nil
	}
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	d.point = access.NewSSH(t)
	return d, nil
}

// bare is a driver that reaches nothing yet.
func bare(c Config, env sdk.Env) *driver {
	d := &driver{log: env.Log, wanted: c.Directory, tools: c.Tools, rules: command.Policy{Allow: c.AllowOptions, Deny: c.DenyOptions}, defaults: c.defaults(), noScripts: c.NoScripts}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.wanted == "" {
		d.wanted = defaultDirectory
	}
	return d
}

// Close ends the connection and everything that is under way on it.
func (d *driver) Close() error { return d.point.Close() }
