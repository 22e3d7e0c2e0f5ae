package host

import (
	"context"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit runs a job. It reads the input files, writes the intent down, brings the inputs to the pool and submits. Once the intent is written the job will be at
// the pool exactly once, whatever crashes, and Submit returns it without an error, also when the pool does not answer now: the job then
// is pending with the reason, and is tried again.
//
// An error means that there is no job at the pool and never will be: fault.Invalid, Unsupported and Denied say why (the record of a job that the pool
// refused stays, as failed), any other kind that the intent could not be written. Only where the store breaks off in the middle of that
// (fault.Unavailable) the intent may be there all the same; then the lists have the job.
func (s *Scheduler) Submit(ctx context.Context, spec scheduler.Job) (*Job, error) {
	s.mu.Lock()
	record := s.record
	s.mu.Unlock()
	if record.Revision == 0 {
		return nil, fault.Conflict.New("scheduler %q is not saved; call Save before Submit", record.Name)
	}
	now := time.Now()
	spec, err := prepare(spec)
	if err != nil {
		return nil, err
	}
	spec.Token = store.JobID(record.UID, spec.Key, now)
	intent := store.Job{
		ID: spec.Token, SchedulerUID: record.UID, Scheduler: record.Name, Type: record.Type, Spec: spec, Revision: 1, Created: now.UTC().Truncate(time.Millisecond),
		Status: store.JobStatus{
			State: scheduler.Pending, Counts: map[scheduler.State]int{scheduler.Pending: spec.Tasks()},
			Attempts: 1, Attempted: now, RetryAt: follow.Claim(now),
		},
	}
	created, err := s.host.store.Create(ctx, record.UID, []store.Creation{{Job: intent}}, now)
	if err != nil {
		return nil, err
	}
	if err := created[0].Err; err != nil {
		return nil, err
	}
	if created[0].Existing {
		return s.host.GetJob(ctx, intent.ID)
	}
	done, err := s.host.submits.Submit(ctx, intent)
	if err != nil {
		return nil, err
	}
	return s.host.job(done), nil
}

// prepare fills in defaults and refuses what no pool could carry.
func prepare(spec scheduler.Job) (scheduler.Job, error) {
	if spec.Name == "" {
		spec.Name = filepath.Base(spec.Command)
	}
	var err error
	if spec.Inputs, err = follow.Inputs(spec.Inputs); err != nil {
		return spec, err
	}
	return spec, spec.Check()
}
