package follow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// foundJob are the runs of a job that the pool has, the earliest first; there is at least one.
type foundJob []foundRun

// foundRun is one of them, and which.
type foundRun struct {
	scheduler.Found
	run int
}

func (j foundJob) last() foundRun { return j[len(j)-1] }

// find asks the pool for our jobs.
func (f *follower) find(ctx context.Context, since time.Time) (found map[string]foundJob, ids []string, err error) {
	found = map[string]foundJob{}
	err = f.driver.Find(ctx, f.lease.UID+"-", since, func(at scheduler.Found) error {
		id, run, ok := store.JobOfToken(at.Ref.Token)
		if uid, _ := store.JobScheduler(id); !ok || uid != f.lease.UID {
			return nil
		}
		if found[id] == nil {
			ids = append(ids, id)
		}
		found[id] = append(found[id], foundRun{at, run})
		return nil
	})
	for _, job := range found {
		slices.SortFunc(job, func(a, b foundRun) int { return cmp.Compare(a.run, b.run) })
	}
	return found, ids, err
}

// refs name the runs from that one on to the last one, which is left out.
func (j foundJob) refs(id string, from int) (refs []scheduler.Ref) {
	for run := from; run < j.last().run; run++ {
		ref := scheduler.Ref{Token: store.Job{ID: id, Status: store.JobStatus{Run: run}}.Token(), Tasks: max(j.last().Ref.Tasks, 1)}
		if i := slices.IndexFunc(j, func(r foundRun) bool { return r.run == run }); i >= 0 {
			ref.ID = j[i].Ref.ID
		}
		refs = append(refs, ref)
	}
	return refs
}

// earlier are the runs that refs name, as the pool tells of them: each was given back by a rule before the next one began. Those that have not ended are
// alive.
func (j foundJob) earlier(refs []scheduler.Ref, said map[string]scheduler.Status, now time.Time) (runs []store.Run, alive []scheduler.Ref) {
	before := cmp.Or(j.last().Submitted, now)
	for _, ref := range refs {
		s, told := said[ref.Token]
		if !told || s.State == scheduler.Lost || !known(s.State) {
			s = scheduler.Status{State: scheduler.Lost, Reason: "the store had lost how it ended, and the pool does not tell"}
		}
		if !s.State.Terminal() {
			alive = append(alive, ref)
		}
		ended := plausible(s.Time)
		if ended.IsZero() {
			ended = before
		}
		runs = append(runs, store.Run{Native: cmp.Or(s.ID, ref.ID), State: s.State, Reason: s.Reason, Cause: s.Cause, Exit: s.Exit, Node: s.Node, Ended: ended})
	}
	return runs, alive
}

// record is that of a job that the store has lost wholly, as far as the pool can tell it. runs are those before the last one.
func (j foundJob) record(id string, sch store.Scheduler, runs []store.Run, now time.Time) store.Job {
	last := j.last()
	job := store.Job{ID: id, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: last.Job, Workflow: last.Workflow, Tasks: last.Ref.Tasks, Created: j[0].Submitted}
	if w := last.Workflow; w != nil {
		job.Spec = scheduler.Job{Name: w.Name, User: w.User, Groups: w.Groups, Labels: w.Labels, Key: w.Key, Policy: w.Policy}
	}
	if job.Spec.Key != "" && id != store.JobID(sch.UID, job.Spec.Key, now) {
		job.Spec.Key = ""
	}
	job.Spec.Token = id
	if job.Tasks < 1 {
		job.Tasks = tasks(job)
	}
	job.Status = last.status(store.JobStatus{Runs: runs}, job.Tasks, now)
	job.Status.Notes = []store.Note{{Time: now, Text: "found at the pool; the store had lost it" + forgotten(job)}}
	return job
}

// forgotten says what a job was asked for with that nothing is known of any more: drivers are never told groups and policies, and need not keep the rest.
func forgotten(job store.Job) string {
	var without []string
	if job.Workflow == nil && job.Spec.Command == "" {
		without = append(without, "what it runs")
	}
	if len(job.Spec.Groups) == 0 {
		without = append(without, "groups")
	}
	if p := job.Spec.Policy; p.QueueWait == 0 && p.RunTime == 0 && p.Results == "" && len(p.Retry) == 0 {
		without = append(without, "a policy (limits of time, rules to try again, where results go)")
	}
	if len(without) == 0 {
		return ""
	}
	text := without[0]
	for i, what := range without[1:] {
		if i == len(without)-2 {
			text += " and " + what
		} else {
			text += ", " + what
		}
	}
	return fmt.Sprintf(". If it had %s, that is not known any more", text)
}

// status is where a job stands of which the pool has this run, and of which was is what else is known.
func (r foundRun) status(was store.JobStatus, tasks int, now time.Time) store.JobStatus {
	return store.JobStatus{
		State: scheduler.Queued, Native: r.Ref.ID, Counts: map[scheduler.State]int{scheduler.Queued: tasks}, Run: r.run, Runs: was.Runs, Attempts: 1,
		Submitted: cmp.Or(r.Submitted, now), Observed: now, Source: fromQuery, CancelRequested: was.CancelRequested, Notes: was.Notes, Results: was.Results,
		Next: was.Next,
	}
}
