package follow

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const (
	// sweeping names the notes of how far a sweep has come, and the lease under which one process at a time sweeps.
	sweeping = "oceanid:sweep"
	// swept names the note of up to which job the files have gone.
	swept = "files"
	// sweepPause is how often it is looked for what has been kept long enough; sweepAtOnce is how many jobs one round looks at.
	sweepPause  = 10 * time.Minute
	sweepAtOnce = 200
	// removals is the service by which a driver clears away what its pool keeps.
	removals = "oceanid.scheduler.v1.Removals"
)

// Sweep clears away what has been kept for as long as the rules say, until ctx is done: first what jobs left at the pool, then their records. Of each
// scheduler one process at a time does it.
func (m *Manager) Sweep(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := false, error(nil)
		if rules := m.Rules.now(); rules.Keep > 0 || rules.KeepFiles > 0 {
			more, err = m.sweepAll(ctx, time.Now())
		}
		if err != nil && ctx.Err() == nil {
			m.Log.Warn("what has been kept long enough could not be cleared away, is tried again", "error", err)
		}
		if !more && !sleep(ctx, sweepPause) {
			return
		}
	}
}

func (m *Manager) sweepAll(ctx context.Context, now time.Time) (more bool, err error) {
	for q := (store.SchedulerQuery{}); ; {
		page, listed := m.Store.ListSchedulers(ctx, q)
		if listed != nil || len(page) == 0 {
			return more && err == nil, errors.Join(err, listed)
		}
		for _, s := range page {
			q.After = s.Name
			left, failed := m.sweep(ctx, s.UID, now)
			more, err = more || left, errors.Join(err, failed)
		}
	}
}

// sweep does one round for one scheduler; more: there is more to do now.
func (m *Manager) sweep(ctx context.Context, uid string, now time.Time) (more bool, err error) {
	lease, held, err := m.Store.AcquireNamedLease(ctx, uid, store.HookLease(sweeping), m.Owner, sweepPause)
	if err != nil || !held {
		return false, err
	}
	defer func() { err = errors.Join(err, m.Store.Release(context.WithoutCancel(ctx), lease)) }()
	rules := m.Rules.now()
	if rules.KeepFiles > 0 {
		more, err = m.sweepFiles(ctx, lease, now, rules.KeepFiles)
	}
	if err == nil && rules.Keep > 0 {
		var records bool
		records, err = m.sweepRecords(ctx, lease, now, rules.Keep)
		more = more || records
	}
	return more, err
}

// sweepFiles removes the files of jobs that have ended long enough ago, from where the last round ended. A job whose results are still to be brought is
// looked at again later.
func (m *Manager) sweepFiles(ctx context.Context, lease store.Lease, now time.Time, keep time.Duration) (more bool, err error) {
	notes, _, err := m.Store.DueLetters(ctx, lease.UID, sweeping, now, sweepAtOnce)
	if err != nil {
		return false, err
	}
	var after string
	var late []string
	for _, n := range notes {
		if n.ID == swept {
			after = n.Event.Job
		} else {
			late = append(late, n.Event.Job)
		}
	}
	ids, err := m.Store.EndedBefore(ctx, lease.UID, now.Add(-keep), after, sweepAtOnce)
	if err != nil || len(ids)+len(late) == 0 {
		return false, err
	}
	again, err := m.removeFiles(ctx, lease.UID, append(late, ids...))
	if err != nil {
		return false, err
	}
	var letters []store.Letter
	for _, id := range again {
		letters = append(letters, store.Letter{ID: "late-" + id, Event: store.Event{Job: id}, Due: now.Add(time.Hour)})
	}
	if len(ids) > 0 {
		letters = append(letters, store.Letter{ID: swept, Event: store.Event{Job: ids[len(ids)-1]}, Due: time.UnixMilli(1)})
	}
	if err := m.Store.SetHookCursor(ctx, lease.UID, sweeping, lease.Fence, 0, letters); err != nil {
		return false, err
	}
	kept := map[string]bool{}
	for _, id := range again {
		kept[id] = true
	}
	for _, id := range late {
		if !kept[id] {
			if err := m.Store.SettleLetter(ctx, lease.UID, sweeping, lease.Fence, store.Letter{ID: "late-" + id}, true, false); err != nil {
				return false, err
			}
		}
	}
	return len(ids) == sweepAtOnce, nil
}

// removeFiles removes what the pool keeps of some jobs that have ended, of all their runs; later are those whose results are still to be brought.
func (m *Manager) removeFiles(ctx context.Context, uid string, ids []string) (later []string, err error) {
	driver, err := m.Drivers(ctx, uid)
	if err != nil {
		return nil, err
	}
	remover, ok := driver.(scheduler.Remover)
	if !ok || !driver.Can(removals) {
		return nil, nil
	}
	var jobs []store.Job
	for _, id := range ids {
		job, err := m.Store.Job(ctx, id)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if unfetched(job) {
			later = append(later, id)
			continue
		}
		jobs = append(jobs, job)
	}
	err = m.remove(ctx, uid, remover, jobs, &later)
	return later, err
}

// remove removes the files of jobs at once, or where that is refused each job's by themselves: one must not stand in the way of the others. Those that
// cannot be removed now are added to later.
func (m *Manager) remove(ctx context.Context, uid string, remover scheduler.Remover, jobs []store.Job, later *[]string) error {
	var refs []scheduler.Ref
	for _, job := range jobs {
		refs = append(refs, AllRuns(job)...)
	}
	if len(refs) == 0 {
		return nil
	}
	err := remover.Remove(ctx, refs)
	if err == nil || !final(err) && !errors.Is(err, fault.Conflict) {
		return err
	}
	for _, job := range jobs {
		refs := AllRuns(job)
		if len(refs) == 0 {
			continue
		}
		switch err := remover.Remove(ctx, refs); {
		case err == nil || errors.Is(err, fault.NotFound):
		case final(err) || errors.Is(err, fault.Conflict):
			m.Log.Warn("what a job has left at its pool cannot be removed, is tried again", "scheduler", uid, "job", job.ID, "error", err)
			*later = append(*later, job.ID)
		default:
			return err
		}
	}
	return nil
}

func unfetched(job store.Job) bool {
	r := job.Status.Results.State
	return r == waiting || r == fetching
}

// sweepRecords deletes the records of jobs that have ended long enough ago, and their files before. What is deleted is met no more, so that each round
// begins anew; what has to stay is passed over.
func (m *Manager) sweepRecords(ctx context.Context, lease store.Lease, now time.Time, keep time.Duration) (more bool, err error) {
	for after, left := "", sweepAtOnce; left > 0; {
		ids, err := m.Store.EndedBefore(ctx, lease.UID, now.Add(-keep), after, left)
		if err != nil || len(ids) == 0 {
			return false, err
		}
		later, err := m.removeFiles(ctx, lease.UID, ids)
		if err != nil {
			return false, err
		}
		stays := map[string]bool{}
		for _, id := range later {
			stays[id] = true
		}
		for _, id := range ids {
			if stays[id] {
				after = id
				continue
			}
			if ours, err := m.Store.Renew(ctx, lease, sweepPause); err != nil || !ours {
				return false, err
			}
			if err := m.Store.DeleteJob(ctx, id); err != nil && !errors.Is(err, fault.NotFound) {
				return false, err
			}
			left--
		}
		if len(later) == len(ids) {
			left -= len(ids)
		}
	}
	return true, nil
}
