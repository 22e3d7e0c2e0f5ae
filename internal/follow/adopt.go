package follow

import (
	"context"
	"errors"
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

// adopt finds the jobs at the pool that the store has lost, as a Redis does that is killed before it has written its last second down, and keeps them again.
// Jobs that were deleted stay deleted. Where the driver cannot tell which jobs a pool has, nothing is done.
// false: it is to be tried again. Once it is done the store knows for which of its server's lives, so that no process begins with that doubt.
func (f *follower) adopt(ctx context.Context, now time.Time) (done bool) {
	server, err := f.store.Server(ctx, f.lease.UID)
	if err != nil {
		return false
	}
	if !f.search(ctx, now) {
		return false
	}
	if err := f.store.Reconciled(ctx, f.lease.UID, server); err != nil && ctx.Err() == nil {
		f.log.Debug("that the pool was asked for jobs that the store has lost could not be noted, it is asked again some time", "error", err)
	}
	return true
}

// search does what adopt is for.
func (f *follower) search(ctx context.Context, now time.Time) (done bool) {
	if !f.driver.Can(call.Finds) {
		return true
	}
	created, err := f.adoptAll(ctx, now)
	if errors.Is(err, fault.Unsupported) {
		return true // another form of the driver, that cannot
	}
	if err != nil && ctx.Err() == nil {
		f.log.Warn("the pool could not be asked for jobs that the store has lost, is asked again", "error", err)
	}
	if len(created) == 0 {
		return err == nil
	}
	refs := make([]scheduler.Ref, len(created))
	ids := make([]string, len(created))
	for i, job := range created {
		refs[i], ids[i] = Ref(job), job.ID
		f.log.Warn("a job was found at the pool; the store had lost it", "job", job.ID)
	}
	if stand, err := f.stand(ctx, news{adopted: ids}); err == nil {
		f.askAbout(ctx, refs, stand.asked)
	}
	return err == nil
}

func (f *follower) adoptAll(ctx context.Context, now time.Time) (adopted []store.Job, err error) {
	found := map[string]foundRun{}
	var ids []string
	err = f.driver.Find(ctx, f.lease.UID+"-", now.Add(-adoptSince), func(at scheduler.Found) error {
		id, run, ok := store.JobOfToken(at.Ref.Token)
		if uid, _ := store.JobScheduler(id); !ok || uid != f.lease.UID {
			return nil
		}
		before, again := found[id]
		if !again {
			ids = append(ids, id)
		}
		if !again || run > before.run {
			found[id] = foundRun{at, run}
		}
		return nil
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	known, err := f.store.Known(ctx, f.lease.UID, ids)
	if err != nil {
		return nil, err
	}
	sch, err := f.store.SchedulerByUID(ctx, f.lease.UID)
	if err != nil {
		return nil, err
	}
	var lost []store.Creation
	for _, id := range ids {
		if !known[id] {
			lost = append(lost, store.Creation{Job: found[id].job(id, sch, now), Adopt: true})
		}
	}
	for len(lost) > 0 {
		some := lost[:min(len(lost), mostJobs)]
		lost = lost[len(some):]
		made, err := f.store.Create(ctx, f.lease.UID, some, now)
		if err != nil {
			return adopted, err
		}
		for i, m := range made {
			if m.Err != nil {
				f.log.Warn("a job that was found at the pool cannot be kept", "job", some[i].Job.ID, "error", m.Err)
			} else if !m.Existing {
				adopted = append(adopted, some[i].Job)
			}
		}
	}
	return adopted, nil
}

// foundRun is a job at the pool, and which of its runs.
type foundRun struct {
	scheduler.Found
	run int
}

// job is the record of a job that was found, as far as the pool can tell it.
func (f foundRun) job(id string, sch store.Scheduler, now time.Time) store.Job {
	job := store.Job{ID: id, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: f.Job, Workflow: f.Workflow, Tasks: f.Ref.Tasks, Created: f.Submitted}
	if w := f.Workflow; w != nil {
		job.Spec = scheduler.Job{Name: w.Name, User: w.User, Labels: w.Labels}
	}
	job.Spec.Token = id
	if job.Tasks < 1 {
		job.Tasks = tasks(job)
	}
	job.Status = store.JobStatus{
		State: scheduler.Queued, Native: f.Ref.ID, Counts: map[scheduler.State]int{scheduler.Queued: job.Tasks}, Run: f.run, Attempts: 1,
		Submitted: f.Submitted, Observed: now, Source: fromQuery,
		Notes: []store.Note{{Time: now, Text: "found at the pool; the store had lost it"}},
	}
	return job
}

// askAbout asks the pool about some jobs, and tells what it says. asked is the time of the question.
func (f *follower) askAbout(ctx context.Context, refs []scheduler.Ref, asked int) {
	err := f.query(ctx, refs, func(page []scheduler.Status) error {
		return f.tell(ctx, news{statuses: page, answered: true, asked: asked})
	})
	if err != nil && ctx.Err() == nil && fault.Blame(err) != fault.Host {
		f.log.Warn("the pool could not be asked about some jobs, is asked again", "jobs", len(refs), "error", err)
	}
}
