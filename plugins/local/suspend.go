package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Suspend leaves a note for each job that has not ended, anew where there is one; it stays until the job is resumed or has ended. The keeper stops what
// runs when it sees it.
func (d *driver) Suspend(ctx context.Context, jobs []scheduler.Ref) error {
	return d.note(ctx, jobs, func(token string) error {
		if err := d.withdraw(token + suspendSuffix); err != nil {
			return err
		}
		return d.leave(token + suspendSuffix)
	})
}

// Resume takes the notes away.
func (d *driver) Resume(ctx context.Context, jobs []scheduler.Ref) error {
	return d.note(ctx, jobs, func(token string) error { return d.withdraw(token + suspendSuffix) })
}

// withdraw takes a note away, if it is there.
func (d *driver) withdraw(name string) error {
	if err := os.Remove(d.folder.control(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
