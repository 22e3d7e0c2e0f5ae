package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Probe tells whether jobs can be written down, and how many tasks run at once.
func (d *driver) Probe(ctx context.Context, report func(scheduler.Check)) error {
	for _, check := range []struct {
		name string
		do   func() (string, error)
	}{
		{"directory", d.probeDirectory},
		{"slots", d.probeSlots},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := check.do()
		if err != nil {
			report(scheduler.Check{Name: check.name, Text: err.Error()})
			return err
		}
		report(scheduler.Check{Name: check.name, OK: true, Text: found})
	}
	return nil
}

func (d *driver) probeDirectory() (string, error) {
	if err := d.folder.check(); err != nil {
		return "", err
	}
	scratch := d.folder.scratch("probe")
	err := writeDurably(scratch, []byte("probe"))
	if err := errors.Join(err, os.Remove(scratch)); err != nil {
		return "", fault.By(fault.Host, fault.Unavailable.New("nothing can be written to %s: %w", d.folder.path, err))
	}
	return d.folder.path, nil
}

func (d *driver) probeSlots() (string, error) {
	s, err := readSettings(d.folder)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d at once, on %d CPUs", s.Slots, runtime.NumCPU()), nil
}
