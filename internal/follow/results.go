package follow

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/results"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// How the bringing of results stands, as records say it.
const (
	waiting  = "waiting"
	fetching = "fetching"
	fetched  = "fetched"
	failed   = "failed"
)

// mostFetches is how often results are tried to be brought in vain. A try that has brought more files than all before it is none of them.
const mostFetches = 10

// expectResults notes, of a job that news has just ended, before that is written, that its results are to be brought.
func (l *ledger) expectResults(rules Rules) {
	if l.status.Native != "" && l.status.State != scheduler.Lost && (l.policy.Results != "" || rules.Results != "") {
		l.status.Results = store.Results{State: waiting}
	}
}

// ended is told of each job whose end this follower has written. Its results are brought by the outbox, which hears of the end from the store: see Fetch.
func (f *follower) ended(context.Context, *ledger) {}

// Fetch brings the results of jobs that have ended to where their policies say, or the rules: one step of its own, with its own state and attempts, that
// leaves the job's state alone. As a handler of events it goes on where a process died.
func (m *Manager) Fetch() outbox.Handler {
	return outbox.Handler{
		Name: "oceanid:results", Handle: m.fetch, FromStart: true,
		Concurrency: 4, Timeout: 24 * time.Hour, Retry: 5 * time.Second,
		// fetch counts by itself, and stops before.
		Attempts: 2 * mostFetches,
	}
}

func (m *Manager) fetch(ctx context.Context, e store.Event) error {
	for {
		if more, err := m.fetchOnce(ctx, e); err != nil || !more {
			return err
		}
	}
}

// fetchOnce tries once; more: it broke, and brought files that none before it had brought, so that it goes on at once.
func (m *Manager) fetchOnce(ctx context.Context, e store.Event) (more bool, err error) {
	job, err := m.fetches(ctx, e.Job, func(r *store.Results) {
		r.State, r.Reason, r.RetryAt = fetching, "", time.Time{}
		r.Attempts++
	})
	if err != nil || job.Status.Results.State != fetching {
		return false, err
	}
	got, failure := m.bring(ctx, job)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	before := job.Status.Results
	more = failure != nil && !hopeless(failure) && got.Files > before.Files
	_, err = m.fetches(ctx, job.ID, func(r *store.Results) {
		if failure == nil {
			r.State, r.Files, r.Bytes, r.Ended = fetched, got.Files, got.Bytes, time.Now()
			return
		}
		if r.Files, r.Bytes = max(before.Files, got.Files), max(before.Bytes, got.Bytes); more {
			r.Attempts--
		}
		if r.State, r.Reason = waiting, failure.Error(); hopeless(failure) || r.Attempts >= mostFetches {
			r.State, r.Ended = failed, time.Now()
		}
	})
	if err == nil && !more && !hopeless(failure) && before.Attempts < mostFetches {
		err = failure
	}
	return more, err
}

// hopeless tells whether trying again brings nothing else.
func hopeless(err error) bool {
	return err != nil && (errors.Is(err, fault.Exhausted) || slices.Contains([]fault.Kind{fault.Invalid, fault.Unsupported, fault.NotFound}, fault.Of(err)))
}

func (m *Manager) bring(ctx context.Context, job store.Job) (results.Brought, error) {
	driver, err := m.Drivers(ctx, job.SchedulerUID)
	if err != nil {
		// That a driver is not there now says nothing about the results.
		return results.Brought{}, fault.Unavailable.New("%w", err)
	}
	dir := job.Spec.Policy.Results
	if dir == "" {
		dir = filepath.Join(m.Rules.now().Results, job.ID)
	}
	o := results.Options{Limit: job.Spec.Policy.ResultsLimit}
	return results.Bring(ctx, driver, Ref(job), scheduler.FileQuery{}, dir, results.NewLayout(job.Workflow, tasks(job)), o)
}

// fetches changes how the results of a job stand, if they are still to be brought, and gives the record as it stands then. It is quiet: the end of a job is
// told once.
func (m *Manager) fetches(ctx context.Context, id string, change func(*store.Results)) (store.Job, error) {
	for {
		job, err := m.Store.Job(ctx, id)
		if errors.Is(err, fault.NotFound) {
			return store.Job{}, nil
		}
		if r := job.Status.Results.State; err != nil || r != waiting && r != fetching {
			return job, err
		}
		change(&job.Status.Results)
		conflicts, err := m.Store.Commit(ctx, job.SchedulerUID, store.Batch{Changes: []store.Change{
			{JobID: id, ExpectRevision: job.Revision, Status: job.Status, Quiet: true},
		}})
		if err != nil || len(conflicts) == 0 {
			job.Revision++
			return job, err
		}
	}
}
