package main

import (
	"context"
	"errors"
	"fmt"
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
		states, err := d.states(ref)
		if errors.Is(err, fs.ErrNotExist) {
			if err := d.folder.check(); err != nil {
				return err
			}
			states, err = d.lost(ref), nil
		}
		if err != nil {
			d.log.Warn("a job could not be asked about", "job", ref.ID, "error", err)
			continue
		}
		for _, r := range states {
			s := r.status(ref.Token)
			s.ID = ref.ID
			if s.Token == "" {
				s.Token = string(ref.ID)
			}
			if err := yield(s); err != nil {
				return err
			}
		}
	}
	return nil
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

// lost is what is told about a job that the folder does not have.
func (d *driver) lost(ref scheduler.Ref) runs {
	r := record{Count: max(1, ref.Tasks), State: scheduler.Lost, Reason: "this machine does not know the job"}
	if token, ok := tokenOf(ref); ok {
		if there, _ := exists(d.folder.forgotten(token)); there {
			r.Reason = fmt.Sprintf("the job ended more than %v ago and was removed", d.settings.Keep)
		}
	}
	return runs{r}
}
