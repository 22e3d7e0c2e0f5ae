package main

import (
	"context"
	"errors"
	"os"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a note is about makes its name out of the job's token; no token has a dot. The note that there is such a job has the token alone.
const (
	cancelSuffix = ".cancel"
	holdSuffix   = ".hold"
	// The time of this one is when it was last asked for.
	suspendSuffix = ".suspend"
)

// note changes the notes about those of the jobs that have not ended. When it returns the keeper will see them, even if the machine goes down.
func (d *driver) note(ctx context.Context, jobs []scheduler.Ref, change func(token string) error) error {
	changed := false
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
		if err := change(token); err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return d.folder.check()
	}
	return errors.Join(syncFolder(d.folder.control("")), d.wake(ctx))
}

// leave makes the note.
func (d *driver) leave(name string) error {
	note, err := os.OpenFile(d.folder.control(name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return note.Close()
}

// unfinished tells whether there is a job with the token that has not ended.
func (d *driver) unfinished(token string) (bool, error) {
	for _, path := range []string{d.folder.control(token), keptPath(d.folder.job(token))} {
		if there, err := exists(path); !there || err != nil {
			return false, err
		}
	}
	return true, nil
}
