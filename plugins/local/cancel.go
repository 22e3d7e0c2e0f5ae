package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Cancel leaves a note for each job that has not ended. The keeper ends their tasks, with SIGTERM and after a grace of 5 s with SIGKILL, and
// takes the note away when the last has gone; so does its successor, should it be killed in between.
//
// A job of which the host does not know whether it was submitted may be on its way here: if it has not come by now, it never will.
func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	for _, ref := range jobs {
		if token, ok := tokenOf(ref); ok && ref.ID == "" {
			if err := d.preclude(token); err != nil {
				return err
			}
		}
	}
	return d.note(ctx, jobs, func(token string) error { return d.leave(token + cancelSuffix) })
}

// precludedName is the one file in the folder of a job that was cancelled before it was submitted. It stays for ever.
const precludedName = "cancelled"

// preclude sees to it that no job with the token is ever submitted, unless one has been: it takes the place to which Submit would rename the job's
// folder, and as Submit does. Of the two one succeeds.
func (d *driver) preclude(token string) error {
	there, err := d.submitted(token)
	if there || errors.Is(err, fault.Conflict) {
		return nil
	}
	if err != nil {
		return err
	}
	scratch := d.folder.scratch(token)
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if err := writeDurably(filepath.Join(scratch, precludedName), nil); err != nil {
		return err
	}
	if err := syncFolder(scratch); err != nil {
		return err
	}
	if err := os.Rename(scratch, d.folder.job(token)); err != nil {
		if there, again := d.submitted(token); there || errors.Is(again, fault.Conflict) {
			return nil
		}
		return err
	}
	return errors.Join(syncFolder(d.folder.job("")), d.drop(token))
}

// precluded tells whether the job was cancelled before it was submitted, and when.
func (f folder) precluded(token string) (when time.Time, ok bool, err error) {
	info, err := os.Lstat(filepath.Join(f.job(token), precludedName))
	if errors.Is(err, os.ErrNotExist) {
		return when, false, nil
	}
	if err != nil {
		return when, false, err
	}
	return info.ModTime().UTC(), true, nil
}
