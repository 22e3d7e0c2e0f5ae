package main

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"time"

	"github.com/oceanid/oceanid/sdk"
)

// Config is what an operator may set for a local scheduler. The zero value works.
type Config struct {
	Slots     int           `oceanid:"slots,default=0"       doc:"How many CPUs' worth of tasks run at once; 0: as many as this machine lets the host use."`
	Directory string        `oceanid:"directory,optional"    doc:"Absolute path of the folder where jobs live. Default: one of the scheduler's own in the host's data."`
	Keep      time.Duration `oceanid:"keep,default=720h"     doc:"How long a job's files are kept after it has ended; 0s: until somebody removes them."`
}

// Validate reports every field that cannot be right, with sdk.Invalid.
func (c Config) Validate() error {
	var errs []error
	if c.Slots < 0 {
		errs = append(errs, sdk.Invalid("slots", "%d: a number of CPUs, or 0 for all of them", c.Slots))
	}
	if c.Directory != "" && !filepath.IsAbs(c.Directory) {
		errs = append(errs, sdk.Invalid("directory", "%q is no absolute path", c.Directory))
	}
	if c.Keep < 0 {
		errs = append(errs, sdk.Invalid("keep", "%v is negative", c.Keep))
	}
	return errors.Join(errs...)
}

// New opens the scheduler's folder and sees to it that jobs that were left in it go on. There is nothing to close: a driver runs nothing of its
// own between calls.
func New(ctx context.Context, c Config, env sdk.Env) (*driver, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := settings{Slots: c.Slots, Keep: c.Keep}
	if s.Slots == 0 {
		s.Slots = runtime.GOMAXPROCS(0)
	}
	path := c.Directory
	if path == "" {
		path = env.Dir
	}
	d, err := newDriver(ctx, path, s, env.Log)
	if err != nil && c.Directory != "" {
		return nil, sdk.Invalid("directory", "%v", err)
	}
	return d, err
}
