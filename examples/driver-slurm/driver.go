package main

import (
	"context"
	"log/slog"
	"path"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// driver runs the jobs of one scheduler. It remembers nothing that matters: what must survive it is in the work folder, and in Slurm.
type driver struct {
	config  Config
	log     *slog.Logger
	machine machine

	mu  sync.Mutex
	dir string // the work folder, absolute; empty until it has been found
}

// Each of these is a capability that the SDK finds by itself. There is no Watcher: the host asks Query from time to time, which costs one squeue for all
// jobs, and can lose nothing.
var (
	_ scheduler.Driver         = (*driver)(nil)
	_ scheduler.Holder         = (*driver)(nil)
	_ scheduler.WorkflowRunner = (*driver)(nil)
	_ scheduler.LogStreamer    = (*driver)(nil)
	_ scheduler.Uploader       = (*driver)(nil)
	_ scheduler.Downloader     = (*driver)(nil)
	_ scheduler.Prober         = (*driver)(nil)
)

// New makes the driver of one scheduler. It connects when it is first used.
func New(_ context.Context, c Config, env sdk.Env) (*driver, error) {
	if c.Host == "" {
		return &driver{config: c, log: env.Log, machine: newLocal()}, nil
	}
	m, err := newRemote(c)
	if err != nil {
		return nil, err
	}
	return &driver{config: c, log: env.Log, machine: m}, nil
}

// Close ends the connection. The host calls it after the last call on the driver.
func (d *driver) Close() error { return d.machine.Close() }

// workDir finds the work folder, and makes it.
func (d *driver) workDir(ctx context.Context) (string, error) {
	d.mu.Lock()
	dir := d.dir
	d.mu.Unlock()
	if dir != "" {
		return dir, nil
	}
	dir = d.config.WorkDir
	if rest, found := strings.CutPrefix(dir, "~/"); found {
		l, err := d.machine.link(ctx)
		if err != nil {
			return "", err
		}
		dir = path.Join(l.home, rest)
	}
	if !harmless.MatchString(dir) {
		return "", fault.Invalid.New("work_dir: %q: Slurm would not take this path as it stands; set another one", dir)
	}
	_, err := with(ctx, d.machine, func(f files) (struct{}, error) {
		jobs := path.Join(dir, "jobs")
		if err := f.MkdirAll(jobs); err != nil {
			return struct{}{}, err
		}
		// Arguments, inputs and results are nobody else's business.
		return struct{}{}, f.Chmod(jobs, 0o700)
	})
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	d.dir = dir
	d.mu.Unlock()
	return dir, nil
}
