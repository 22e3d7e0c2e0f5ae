package main

import (
	"context"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Hold leaves a note for each job that has not ended; it stays until the job is released or has ended. Once it is there the keeper chooses no more of
// the job's tasks: one that it chose before is started.
func (d *driver) Hold(ctx context.Context, jobs []scheduler.Ref) error {
	return d.note(ctx, jobs, func(token string) error { return d.leave(token + holdSuffix) })
}

// Release takes the notes away.
func (d *driver) Release(ctx context.Context, jobs []scheduler.Ref) error {
	return d.note(ctx, jobs, func(token string) error { return d.withdraw(token + holdSuffix) })
}
