package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit makes the job's folder out of sight and renames it to its token. That rename is the moment at which the job is submitted: of
// many that are tried for one token, by whichever processes, one succeeds. The identifier is the token.
func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	there, err := d.submitted(job.Token)
	if errors.Is(err, fault.Conflict) {
		return "", errors.Join(err, d.drop(job.Token))
	}
	if err != nil {
		return "", err
	}
	if !there {
		if err := refuse(job, d.settings.Slots, thisMachine(d.folder.path)); err != nil {
			return "", errors.Join(err, os.RemoveAll(d.folder.uploads(job.Token)))
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := d.place(job); err != nil {
			// Another call with the token may have succeeded meanwhile, and taken the uploads away; or it was cancelled.
			there, again := d.submitted(job.Token)
			if errors.Is(again, fault.Conflict) {
				return "", errors.Join(again, d.drop(job.Token))
			}
			if again != nil || !there {
				return "", crowded(err)
			}
		}
	}
	if err := os.RemoveAll(d.folder.uploads(job.Token)); err != nil {
		d.log.Warn("the uploads of a submitted job are left", "token", job.Token, "error", err)
	}
	if err := d.wake(ctx); err != nil {
		return "", fault.Unavailable.New("job %s is kept, but nothing runs it yet: %w", job.Token, err)
	}
	return scheduler.ID(job.Token), nil
}

// crowded says of a full disk what it is: there is no room for the job now, and may be later.
func crowded(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Exhausted.New("there is no room for the job: %w: free some, or move the driver's directory", err)
	}
	return err
}

// submitted tells whether there is or was a job with the token; fault.Conflict: there never will be.
func (d *driver) submitted(token string) (bool, error) {
	for _, path := range []string{d.folder.job(token), d.folder.forgotten(token)} {
		there, err := exists(path)
		if err != nil {
			return false, err
		}
		if !there {
			continue
		}
		// The folder comes into being whole: what it is can be told once it is there, and not before.
		switch _, precluded, err := d.folder.precluded(token); {
		case err != nil:
			return false, err
		case precluded:
			return false, fault.Conflict.New("job %s was cancelled before it was submitted", token)
		}
		return true, nil
	}
	return false, d.folder.check()
}

// drop removes what was brought for a job that will never be.
func (d *driver) drop(token string) error {
	note := os.Remove(d.folder.control(token))
	if errors.Is(note, fs.ErrNotExist) {
		note = nil
	}
	return errors.Join(note, os.RemoveAll(d.folder.uploads(token)))
}

// place makes the job's folder. An error says that this call did not.
func (d *driver) place(job scheduler.Job) error {
	// First the note that there is something to do, then the job: a note without a job does no harm. While this goes on the note is locked.
	note, err := lockShared(d.folder.control(job.Token))
	if err != nil {
		return err
	}
	defer note.Close()
	scratch := d.folder.scratch(job.Token)
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return err
	}
	// After the rename there is nothing to remove.
	defer os.RemoveAll(scratch)
	if err := d.takeInputs(job, filepath.Join(scratch, "inputs")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(scratch, journalName), nil, 0o600); err != nil {
		return err
	}
	content, err := json.MarshalIndent(keep(job, time.Now().UTC()), "", "\t")
	if err != nil {
		return err
	}
	if err := writeDurably(keptPath(scratch), content); err != nil {
		return err
	}
	if err := syncFolder(scratch); err != nil {
		return err
	}
	if err := syncFolder(d.folder.control("")); err != nil {
		return err
	}
	if err := os.Rename(scratch, d.folder.job(job.Token)); err != nil {
		return err
	}
	return syncFolder(d.folder.job(""))
}

// takeInputs makes the folder of the job's inputs out of what was uploaded, without copying.
func (d *driver) takeInputs(job scheduler.Job, path string) error {
	if err := os.Mkdir(path, 0o700); err != nil || len(job.Inputs) == 0 {
		return err
	}
	folders := map[string]bool{path: true}
	for _, in := range job.Inputs {
		from, to := filepath.Join(d.folder.uploads(job.Token), in.Name), filepath.Join(path, in.Name)
		info, err := os.Lstat(from)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fault.Conflict.New("input %q was not uploaded for job %s", in.Name, job.Token)
		case err != nil:
			return err
		case info.Size() != in.Size:
			return fault.Conflict.New("input %q: %d bytes were uploaded for job %s, which says %d", in.Name, info.Size(), job.Token, in.Size)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		for dir := filepath.Dir(to); !folders[dir]; dir = filepath.Dir(dir) {
			folders[dir] = true
		}
		if err := os.Link(from, to); err != nil {
			return err
		}
	}
	for dir := range folders {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}
