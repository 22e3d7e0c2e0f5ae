package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const (
	// adoptSince is how old the jobs are, at most, that are looked for at a pool: what a store can lose is of its last seconds, or as old as its backup.
	adoptSince = 24 * time.Hour
	// adoptPause is the least pause between two looks.
	adoptPause = 20 * time.Second
)

// adopt finds what the store has lost, as a Redis does that is killed before it has written its last second down: whole jobs, and later runs of jobs. It keeps
// them again, and the latest run of a job is the one that is followed: none is ever handed over a second time for want of a record.
// Jobs that were deleted stay deleted. Where the driver cannot tell which jobs a pool has, nothing is done.
// It answers with doubt where it is to be tried again. Once it is done the store knows for which of its server's lives, so that no process begins with that
// doubt.
func (f *follower) adopt(ctx context.Context, now time.Time) finished {
	server, err := f.store.Server(ctx, f.lease.UID)
	if err != nil {
		return finished{doubt: true}
	}
	strays, done := f.search(ctx, now)
	if !done {
		return finished{doubt: true, strays: strays}
	}
	if err := f.store.Reconciled(ctx, f.lease.UID, server); err != nil && ctx.Err() == nil {
		f.log.Debug("that the pool was asked for jobs that the store has lost could not be noted, it is asked again some time", "error", err)
	}
	return finished{strays: strays}
}

// search does what adopt is for. strays are what is at the pool and not to be there.
func (f *follower) search(ctx context.Context, now time.Time) (strays []scheduler.Ref, done bool) {
	a, err := f.adoptAll(ctx, now)
	if err != nil && ctx.Err() == nil {
		f.log.Warn("the pool could not be asked for jobs that the store has lost, is asked again", "error", err)
	}
	if len(a.jobs) == 0 {
		return a.strays, err == nil
	}
	refs := make([]scheduler.Ref, len(a.jobs))
	ids := make([]string, len(a.jobs))
	for i, job := range a.jobs {
		refs[i], ids[i] = Ref(job), job.ID
		f.log.Warn("a job was found at the pool; the store had lost it", "job", job.ID, "run", job.Status.Run+1)
	}
	if stand, err := f.stand(ctx, news{adopted: ids}); err == nil {
		f.askAbout(ctx, refs, stand.asked)
	}
	return a.strays, err == nil
}

// adoption is what became of the jobs at a pool that the store has lost something of.
type adoption struct {
	jobs []store.Job // as they are in the store now
	// strays are earlier runs that are still at the pool, and later ones of jobs that have ended here.
	strays []scheduler.Ref
}

// adoptAll compares what the pool has with what the store has, and writes down what the store has lost.
func (f *follower) adoptAll(ctx context.Context, now time.Time) (a adoption, err error) {
	if !f.driver.Can(call.Finds) {
		return a, nil
	}
	found, ids, err := f.find(ctx, now.Add(-adoptSince))
	if errors.Is(err, fault.Unsupported) {
		return a, nil // another form of the driver, that cannot
	}
	if err != nil || len(ids) == 0 {
		return a, err
	}
	known, err := f.store.Known(ctx, f.lease.UID, ids)
	if err != nil {
		return a, err
	}
	var lost, later []string
	for _, id := range ids {
		switch {
		case !known[id]:
			lost = append(lost, id)
		case found[id].last().run > 0:
			later = append(later, id)
		}
	}
	if err := f.keepLost(ctx, found, lost, now, &a); err != nil {
		return a, err
	}
	for range 10 {
		if len(later) == 0 {
			return a, nil
		}
		if later, err = f.catchUp(ctx, found, later, now, &a); err != nil {
			return a, err
		}
	}
	return a, fault.Conflict.New("%d jobs, of which the pool has later runs, are changed again and again", len(later))
}

// behind are the records, of some jobs, that know of an earlier run than the pool has. One that has ended is not begun again: its later run is a stray.
func (f *follower) behind(ctx context.Context, found map[string]foundJob, ids []string, a *adoption) (behind []store.Job, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	jobs, err := f.store.Heads(ctx, ids)
	for _, job := range jobs {
		last := found[job.ID].last()
		switch {
		case job.Status.Run >= last.run:
		case job.Status.State.Terminal():
			f.log.Warn("the pool has a later run of a job that has ended; it is cancelled", "job", job.ID, "run", last.run+1)
			a.strays = append(a.strays, last.Ref)
		default:
			behind = append(behind, job)
		}
	}
	return behind, err
}

// keepLost makes the records of jobs of which there are none.
func (f *follower) keepLost(ctx context.Context, found map[string]foundJob, ids []string, now time.Time, a *adoption) error {
	if len(ids) == 0 {
		return nil
	}
	sch, err := f.store.SchedulerByUID(ctx, f.lease.UID)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, mostJobs) {
		var refs []scheduler.Ref
		for _, id := range some {
			refs = append(refs, found[id].refs(id, 0)...)
		}
		said, err := f.saidOf(ctx, refs)
		if err != nil {
			return err
		}
		lost := make([]store.Creation, len(some))
		for i, id := range some {
			runs, alive := found[id].earlier(found[id].refs(id, 0), said, now)
			a.strays = append(a.strays, alive...)
			lost[i] = store.Creation{Job: found[id].record(id, sch, runs, now), Adopt: true}
		}
		made, err := f.store.Create(ctx, f.lease.UID, lost, now)
		if err != nil {
			return err
		}
		for i, m := range made {
			if m.Err != nil {
				f.log.Warn("a job that was found at the pool cannot be kept", "job", some[i], "error", m.Err)
			} else if !m.Existing {
				a.jobs = append(a.jobs, lost[i].Job)
			}
		}
	}
	return nil
}

// catchUp brings records to the run that the pool has, and answers with those that somebody else has changed meanwhile.
func (f *follower) catchUp(ctx context.Context, found map[string]foundJob, ids []string, now time.Time, a *adoption) (again []string, err error) {
	behind, err := f.behind(ctx, found, ids, a)
	if err != nil || len(behind) == 0 {
		return nil, err
	}
	var refs []scheduler.Ref
	for _, job := range behind {
		refs = append(refs, found[job.ID].refs(job.ID, job.Status.Run)...)
	}
	said, err := f.saidOf(ctx, refs)
	if err != nil {
		return nil, err
	}
	changes := make([]store.Change, len(behind))
	for i := range behind {
		job := &behind[i]
		at := found[job.ID]
		runs, alive := at.earlier(at.refs(job.ID, job.Status.Run), said, now)
		a.strays = append(a.strays, alive...)
		l := newLedger(*job)
		l.note(fmt.Sprintf("run %d was found at the pool; the store had gone back to run %d", at.last().run+1, job.Status.Run+1), now)
		l.status.Runs = append(slices.Clip(job.Status.Runs), runs...)
		job.Status = at.last().status(l.status, l.tasks, now)
		changes[i] = store.Change{
			JobID: job.ID, ExpectRevision: job.Revision, Status: job.Status, Tasks: []store.TaskChange{{First: 0, Count: l.tasks, State: scheduler.Queued}},
		}
	}
	for some := range slices.Chunk(changes, mostJobs) {
		conflicts, err := f.store.Commit(ctx, f.lease.UID, store.Batch{Fence: f.lease.Fence, Changes: some, Time: now})
		if err != nil {
			return nil, err
		}
		again = append(again, conflicts...)
	}
	for _, job := range behind {
		if !slices.Contains(again, job.ID) {
			a.jobs = append(a.jobs, job)
		}
	}
	return again, nil
}

// saidOf is what the pool says of some runs, by their tokens.
func (f *follower) saidOf(ctx context.Context, refs []scheduler.Ref) (map[string]scheduler.Status, error) {
	said := map[string]scheduler.Status{}
	if len(refs) == 0 {
		return said, nil
	}
	err := f.driver.Query(ctx, scheduler.Query{Jobs: refs}, func(s scheduler.Status) error {
		said[s.Token] = s
		return nil
	})
	return said, err
}

// askAbout asks the pool about some jobs, and tells what it says. asked is the time of the question.
func (f *follower) askAbout(ctx context.Context, refs []scheduler.Ref, asked int) (all bool) {
	err := f.query(ctx, refs, func(page []scheduler.Status) error {
		return f.tell(ctx, news{statuses: page, answered: true, asked: asked})
	})
	if err != nil && ctx.Err() == nil && fault.Blame(err) != fault.Host {
		f.log.Warn("the pool could not be asked about some jobs, is asked again", "jobs", len(refs), "error", err)
	}
	return err == nil
}
