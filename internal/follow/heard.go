package follow

import (
	"context"

	"github.com/oceanid/oceanid/internal/store"
)

// heard keeps up with what others wrote: new jobs, submissions, cancellations.
func (f *follower) heard(ctx context.Context, events []store.Event) error {
	var ids []string
	asked := map[string]bool{}
	for _, e := range events {
		l := f.jobs[e.Job]
		if l != nil && l.revision >= e.Revision || l == nil && e.State.Terminal() || asked[e.Job] {
			continue
		}
		asked[e.Job] = true
		ids = append(ids, e.Job)
	}
	return f.reload(ctx, ids...)
}

// reload reads the records of some jobs again, in one go.
func (f *follower) reload(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	jobs, err := f.store.Heads(ctx, ids)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(jobs))
	for _, job := range jobs {
		there[job.ID] = true
		f.renew(job)
	}
	for _, id := range ids {
		if !there[id] {
			f.drop(id)
			f.over.put(id, nil)
			f.doubt = true
		}
	}
	return nil
}

// renew takes a job's record over. One that is not as far as it was tells that the store has lost something, as one does that is not there.
func (f *follower) renew(job store.Job) {
	id, old := job.ID, f.jobs[job.ID]
	fresh := newLedger(job)
	if old != nil && old.revision == fresh.revision {
		return
	}
	if old != nil && old.revision > fresh.revision {
		f.doubt = true
	}
	f.moved++
	fresh.touched = f.tick
	fresh.inherit(old)
	f.drop(id)
	if fresh.status.State.Terminal() {
		f.over.put(id, fresh)
	} else {
		f.keep(fresh)
	}
}

// again reads a job about which somebody else was faster.
func (f *follower) again(ctx context.Context, id string) error {
	l := f.jobs[id]
	if l == nil {
		f.over.forget(id)
		return f.reload(ctx, id)
	}
	was := l.revision
	l.revision = 0 // it holds what was not written
	err := f.reload(ctx, id)
	if l = f.jobs[id]; l != nil && l.revision < was {
		f.doubt = true
	}
	return err
}
