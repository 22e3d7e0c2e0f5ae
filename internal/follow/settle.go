package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// seek asks the pool whether it has a job that was refused now: an earlier attempt, whose answer nobody heard, may have come through. A refusal
// stands only if the pool says that it has not.
func seek(ctx context.Context, driver Driver, job store.Job, refusal error) (native scheduler.ID, err error) {
	if driver == nil {
		return "", fault.Unavailable.New("%v", refusal)
	}
	ref := Ref(job)
	heard, there := false, false
	err = driver.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		if s.Token != ref.Token {
			return nil
		}
		if heard = true; s.State != scheduler.Lost {
			there, native = true, s.ID
		}
		return nil
	})
	switch {
	case err != nil:
		return "", fault.Unavailable.New("%v; whether the pool has it from an earlier attempt cannot be asked: %v", refusal, err)
	case heard && !there:
		return "", refusal
	case native == "":
		return "", fault.Unavailable.New("%v; the pool may have it from an earlier attempt", refusal)
	}
	return native, nil
}

// settle writes how an attempt ended. It reads the record again when others have changed it meanwhile.
func (s *Submitter) settle(ctx context.Context, job store.Job, native scheduler.ID, failure error) (store.Job, error) {
	for run := job.Status.Run; ; {
		if job.Status.Native != "" || job.Status.State.Terminal() || job.Status.Run != run {
			return job, nil
		}
		change := outcome(job, native, failure, time.Now())
		conflict, err := s.change(ctx, job.SchedulerUID, change)
		if err != nil {
			return job, fmt.Errorf("job %s: noting that it was submitted: %w", job.ID, err)
		}
		if !conflict {
			job.Status, job.Revision = change.Status, job.Revision+1
			return job, nil
		}
		fresh, err := s.store.Job(ctx, job.ID)
		if err != nil {
			return job, err
		}
		job = fresh
	}
}

// outcome is the change that an attempt makes to a pending job.
func outcome(job store.Job, native scheduler.ID, failure error, now time.Time) store.Change {
	status, tasks := job.Status, tasks(job)
	all := func(state scheduler.State, reason string) store.Change {
		status.State, status.Reason = state, reason
		status.Counts = map[scheduler.State]int{state: tasks}
		return store.Change{JobID: job.ID, ExpectRevision: job.Revision, Status: status,
			Tasks: []store.TaskChange{{First: 0, Count: tasks, State: state}}}
	}
	switch {
	case failure == nil:
		status.Native, status.Submitted, status.Observed, status.RetryAt, status.Source = native, now, now, time.Time{}, fromSubmit
		return all(scheduler.Queued, "")
	case final(failure):
		status.Ended = now
		return all(scheduler.Failed, "not submitted: "+failure.Error())
	}
	delay := min(firstRetry<<min(status.Attempts, 10), lastRetry)
	// Only the pool may ask everybody to stay away: another process may have a driver that works.
	if asked, ok := fault.RetryAfter(failure); ok && !ours(failure) {
		delay = max(delay, min(asked, longestRetry))
	}
	status.RetryAt = now.Add(delay)
	status.Reason = "not at the pool yet, is tried again: " + failure.Error()
	return store.Change{JobID: job.ID, ExpectRevision: job.Revision, Status: status}
}

// final tells whether trying again is useless: nothing was submitted, and nothing ever will be.
func final(err error) bool {
	return slices.Contains([]fault.Kind{fault.Invalid, fault.Unsupported, fault.NotFound, fault.Denied}, fault.Of(err))
}

// ours tells whether the reason lies in this process or its driver's, and not in the pool.
func ours(err error) bool {
	return slices.Contains([]fault.Party{fault.Host, fault.Driver}, fault.Blame(err))
}

// written is what became of a change in a commit.
type written struct {
	conflict bool
	err      error
}

// change commits a change, together with what else there is to write for the same scheduler.
func (s *Submitter) change(ctx context.Context, uid string, c store.Change) (conflict bool, err error) {
	got, err := s.desk(uid).changes.do(ctx, c)
	if err != nil {
		return false, err
	}
	return got.conflict, got.err
}

// write commits a batch of changes. One that cannot be, or a second one of the same job, waits until the others are written.
func (s *Submitter) write(ctx context.Context, uid string, batch []store.Change, answer func(int, written)) {
	var first []store.Change
	var places, rest []int
	seen := map[string]bool{}
	for i, c := range batch {
		if seen[c.JobID] {
			rest = append(rest, i)
			continue
		}
		seen[c.JobID] = true
		first, places = append(first, c), append(places, i)
	}
	conflicts, err := s.store.Commit(ctx, uid, store.Batch{Changes: first})
	if errors.Is(err, fault.Invalid) && len(batch) > 1 {
		rest, places = append(rest, places...), nil
	}
	for n, i := range places {
		answer(i, written{slices.Contains(conflicts, first[n].JobID), err})
	}
	for _, i := range rest {
		s.write(ctx, uid, batch[i:i+1], func(_ int, w written) { answer(i, w) })
	}
}
