package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// abandoned is the age from which on uploads that no job took, and things half made or half removed, are removed.
const abandoned = 7 * 24 * time.Hour

// sweep removes what is kept no longer, beside the keeper's other work.
func (k *keeper) sweep(ctx context.Context) {
	f, keep, log := k.folder, k.settings.Keep, k.log
	k.tasks.Go(func() {
		err := errors.Join(sweepJobs(ctx, f, keep), sweepNotes(f), sweepAge(ctx, f.uploads("")), sweepAge(ctx, f.staging()))
		if err != nil && ctx.Err() == nil {
			log.Warn("not everything that is kept no longer could be removed", "error", err)
		}
	})
}

// sweepJobs removes jobs that ended longer ago than keep; 0: none. Of each an empty file stays, for its token must never make another
// job.
func sweepJobs(ctx context.Context, f folder, keep time.Duration) error {
	if keep == 0 {
		return nil
	}
	entries, err := os.ReadDir(f.job(""))
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if ctx.Err() != nil {
			break
		}
		token := e.Name()
		if open, err := exists(f.control(token)); err != nil || open {
			errs = append(errs, err)
			continue
		}
		// The journal of a job that has ended was written to when it did.
		if info, err := os.Stat(f.journal(token)); err != nil || time.Since(info.ModTime()) < keep {
			continue
		}
		errs = append(errs, forget(f, token))
	}
	return errors.Join(errs...)
}

func forget(f folder, token string) error {
	if err := writeDurably(f.forgotten(token), nil); err != nil {
		return err
	}
	if err := syncFolder(f.forgotten("")); err != nil {
		return err
	}
	scratch := f.scratch(token)
	if err := os.Rename(f.job(token), scratch); err != nil {
		return err
	}
	return os.RemoveAll(scratch)
}

// sweepNotes removes notes of jobs that were never submitted: something was killed in between, and nobody tried again.
func sweepNotes(f folder) error {
	notes, err := os.ReadDir(f.control(""))
	errs := []error{err}
	for _, note := range notes {
		info, err := note.Info()
		if err != nil || !scheduler.ValidToken(note.Name()) || time.Since(info.ModTime()) < abandoned {
			continue
		}
		if there, err := exists(f.job(note.Name())); err == nil && !there {
			errs = append(errs, os.Remove(f.control(note.Name())))
		}
	}
	return errors.Join(errs...)
}

// sweepAge removes what has not changed for long.
func sweepAge(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	errs := []error{err}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || ctx.Err() != nil {
			continue
		}
		if time.Since(info.ModTime()) > abandoned {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}
