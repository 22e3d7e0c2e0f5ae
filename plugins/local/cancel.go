package main

import (
	"context"
	"errors"
	"os"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// cancelSuffix makes the name of a note to cancel a job out of its token; no token has a dot.
const cancelSuffix = ".cancel"

// Cancel leaves a note for each job that has not ended. The keeper ends their tasks, with SIGTERM and after a grace of 5 s with SIGKILL, and
// takes the note away when the last has gone; so does its successor, should it be killed in between.
func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	noted := false
	for _, ref := range jobs {
		token, ok := tokenOf(ref)
		if !ok {
			continue
		}
		open, err := d.unfinished(token)
		if err != nil {
			return err
		}
		if !open {
			continue
		}
		note, err := os.OpenFile(d.folder.control(token+cancelSuffix), os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		if err := note.Close(); err != nil {
			return err
		}
		noted = true
	}
	if !noted {
		return d.folder.check()
	}
	return errors.Join(syncFolder(d.folder.control("")), d.wake(ctx))
}

// unfinished tells whether there is a job with the token that has not ended.
func (d *driver) unfinished(token string) (bool, error) {
	for _, path := range []string{d.folder.control(token), d.folder.job(token)} {
		if there, err := exists(path); !there || err != nil {
			return false, err
		}
	}
	return true, nil
}
