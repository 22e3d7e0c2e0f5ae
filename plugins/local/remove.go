package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Remove deletes the folders of jobs that have ended. Of each an empty file stays, for its token must never make another job.
func (d *driver) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	var open []string
	for _, ref := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		token, ok := tokenOf(ref)
		if !ok {
			continue
		}
		done, err := d.letGo(ctx, token)
		if err != nil {
			return err
		}
		if !done {
			open = append(open, token)
			continue
		}
		// A job that was cancelled before it was submitted has nothing but the mark that says so.
		if there, err := exists(keptPath(d.folder.job(token))); err != nil || !there {
			if err != nil {
				return err
			}
			continue
		}
		// The keeper may be removing it as well.
		if err := forget(d.folder, token); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault.By(fault.Host, fault.Unavailable.New("job %s is not removed: %w", token, err))
		}
	}
	if len(open) > 0 {
		return fault.Conflict.New("not removed, for they have not ended: %s", strings.Join(open, ", "))
	}
	return d.folder.check()
}

// letGo tells whether the job has ended and no keeper is to do with it any more. A job's end can be read in its journal a moment before its
// keeper has let go of it: for that moment letGo waits.
func (d *driver) letGo(ctx context.Context, token string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if unfinished, err := d.unfinished(token); !unfinished || err != nil {
			return true, err
		}
		switch states, err := d.states(scheduler.Ref{ID: scheduler.ID(token)}); {
		case errors.Is(err, fs.ErrNotExist):
			return true, nil
		case err != nil:
			return false, err
		case !states.ended():
			return false, nil
		}
		// The keeper may have died in between.
		if err := d.revive(ctx); err != nil {
			return false, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false, fault.By(fault.Host, fault.Unavailable.New("job %s has ended, and its keeper has not let go of it: %w", token, ctx.Err()))
		}
	}
}
