package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Query reads the journals of the jobs. Neighbouring tasks that are alike are one status, with the time of the latest of them.
func (d *driver) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if err := d.revive(ctx); err != nil {
		d.log.Warn("jobs wait in the folder and nothing runs them", "error", err)
	}
	for _, ref := range q.Jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		// This comes first: a job that is submitted meanwhile must not be taken for one that nobody knows.
		if d.underWay(ref) {
			continue
		}
		states, err := d.states(ref)
		if errors.Is(err, fs.ErrNotExist) {
			if err := d.folder.check(); err != nil {
				return err
			}
			states, err = d.unknown(ref)
		} else if token, ok := tokenOf(ref); ok {
			ref.ID = scheduler.ID(token)
		}
		if err != nil {
			d.log.Warn("a job could not be asked about", "job", ref.ID, "error", err)
			continue
		}
		for _, r := range states {
			s := r.status(cmp.Or(ref.Token, string(ref.ID)))
			s.ID = ref.ID
			if err := yield(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// underWay tells whether the job is being submitted just now, as far as the host does not know that it was.
func (d *driver) underWay(ref scheduler.Ref) bool {
	token, ok := tokenOf(ref)
	if !ok || ref.ID != "" {
		return false
	}
	busy, err := lockedAtAll(d.folder.control(token))
	return busy || err != nil
}

// states are those of all tasks of the job; fs.ErrNotExist: there is no such job.
func (d *driver) states(ref scheduler.Ref) (runs, error) {
	token, ok := tokenOf(ref)
	if !ok {
		return nil, fs.ErrNotExist
	}
	k, err := readKept(d.folder.job(token))
	if err != nil {
		return nil, err
	}
	return readHistory(d.folder.journal(token), k.start())
}

// unknown is what is told about a job that the folder does not have.
func (d *driver) unknown(ref scheduler.Ref) (runs, error) {
	r := record{Count: max(1, ref.Tasks), State: scheduler.Lost, Reason: "this machine does not know the job"}
	token, ok := tokenOf(ref)
	if !ok {
		return runs{r}, nil
	}
	switch when, precluded, err := d.folder.precluded(token); {
	case err != nil:
		return nil, err
	case precluded:
		r.State, r.Reason, r.Time = scheduler.Cancelled, "cancelled before it was submitted", when
		return runs{r}, nil
	}
	if there, _ := exists(d.folder.forgotten(token)); there {
		r.Reason = "the job has ended and was removed"
	}
	return runs{r}, nil
}
