package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/store"
)

// ListJobs is one page of jobs, the newest first, and the cursor of the next page: "" when there is none. A page may be short although there is a
// next one. The pools are not asked.
func (h *Host) ListJobs(ctx context.Context, q JobQuery) (jobs []*Job, next string, err error) {
	uids, err := h.uids(ctx, q.Scheduler)
	if err != nil {
		return nil, "", err
	}
	kept, next, err := h.store.ListJobs(ctx, store.JobQuery{
		SchedulerUIDs: uids, User: q.User, Group: q.Group, Name: q.Name, States: q.States, Labels: q.Labels, Of: q.Of,
		Since: q.Since, Until: q.Until, After: q.After, Limit: q.Limit,
	})
	if err != nil {
		return nil, "", err
	}
	jobs, err = h.shown(ctx, kept...)
	return jobs, next, err
}

// uids are those of one scheduler, or of all.
func (h *Host) uids(ctx context.Context, name string) ([]string, error) {
	if name != "" {
		record, err := h.store.Scheduler(ctx, name)
		return []string{record.UID}, err
	}
	const page = 1000
	var uids []string
	for q := (store.SchedulerQuery{Limit: page}); ; {
		records, err := h.store.ListSchedulers(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			uids = append(uids, r.UID)
			q.After = r.Name
		}
		if len(records) < page {
			return uids, nil
		}
	}
}

// GetJob is the job of that ID, or fault.NotFound.
func (h *Host) GetJob(ctx context.Context, id string) (*Job, error) {
	j, err := h.store.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	jobs, err := h.shown(ctx, j)
	if err != nil {
		return nil, err
	}
	return jobs[0], nil
}

// shown are records as portals see them.
func (h *Host) shown(ctx context.Context, kept ...store.Job) ([]*Job, error) {
	var uids []string
	for _, j := range kept {
		if j.Status.Native != "" && !j.Status.State.Terminal() {
			uids = append(uids, j.SchedulerUID)
		}
	}
	pools, err := h.health(ctx, uids...)
	if err != nil {
		return nil, err
	}
	var jobs []*Job
	for _, j := range kept {
		jobs = append(jobs, h.job(j, pools[j.SchedulerUID]))
	}
	return jobs, nil
}

// Refresh asks the pools once about the jobs of one scheduler ("": of all) that no process follows at the moment, and writes what they say. A portal need not
// call it: its host follows. It is for programs that look and go, with NoFollow.
func (h *Host) Refresh(ctx context.Context, scheduler string) error {
	uids, err := h.uids(ctx, scheduler)
	if err != nil {
		return err
	}
	var failed []error
	for _, uid := range uids {
		failed = append(failed, h.manager.Refresh(ctx, uid))
	}
	return errors.Join(failed...)
}
