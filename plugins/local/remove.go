package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"

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
		unfinished, err := d.unfinished(token)
		if err != nil {
			return err
		}
		if unfinished {
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
