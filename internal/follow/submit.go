package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Driver is what a submission and a follower ask of a scheduler's driver.
type Driver interface {
	scheduler.Driver
	scheduler.Watcher
	// Watches tells whether Watch is there; without it the driver is polled.
	Watches() bool
	// Upload stages one input; open gives its content from the start.
	Upload(ctx context.Context, token string, in scheduler.Input, open func() (io.ReadCloser, error)) error
}

// Drivers opens the driver of a scheduler, by its UID.
type Drivers func(ctx context.Context, uid string) (Driver, error)

// A claim is how long others leave an intent alone after its owner last said that it is at it, and how often the owner says so. To take over
// too early is a waste and nothing worse: a token never makes two jobs.
const (
	claim = 10 * time.Second
	renew = 3 * time.Second
)

// retryDelays are the pauses between attempts to hand a job to a pool that does not take it now.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	// longestRetry is the longest that a pool may ask us to stay away.
	longestRetry = time.Hour
)

// Submitter carries intents to the pools. It is safe for concurrent use.
type Submitter struct {
	store   *store.Store
	drivers Drivers

	mu  sync.Mutex
	now map[string]bool // the intents that this process is at
}

// NewSubmitter makes one.
func NewSubmitter(s *store.Store, d Drivers) *Submitter {
	return &Submitter{store: s, drivers: d, now: map[string]bool{}}
}

// Claim is the time until which a new intent belongs to whoever made it.
func Claim(now time.Time) time.Time { return now.Add(claim) }

// Submit carries a pending job to its pool and returns its record as it stands then. The error is nil where the job is at the pool, and also where
// it will be tried again (the record says why, if the store could be told); it is the driver's refusal where the job has failed by it.
func (s *Submitter) Submit(ctx context.Context, job store.Job) (store.Job, error) {
	if !s.begin(job.ID) {
		return job, nil
	}
	defer s.end(job.ID)
	driver, err := s.drivers(ctx, job.SchedulerUID)
	var native scheduler.ID
	if err == nil {
		native, err = s.hand(ctx, driver, &job)
	}
	if err != nil && final(err) && job.Status.Attempts > 1 {
		native, err = seek(ctx, driver, job, err)
	}
	if ctx.Err() != nil && err != nil {
		// Whoever asked went away; the follower goes on when the claim has run out.
		return job, nil
	}
	job, settled := s.settle(ctx, job, native, err)
	gone := errors.Is(settled, fault.NotFound)
	if settled != nil && !gone {
		// The intent stands as it was: the follower goes on with it, under its token.
		return job, nil
	}
	if over := gone || job.Status.State.Terminal(); native != "" && (over || !job.Status.CancelRequested.IsZero()) {
		// Somebody cancelled while the submission was under way, and could not name the pool's job. A follower repeats it, unless the job counts as
		// ended already.
		ref := scheduler.Ref{ID: native, Token: job.ID, Tasks: job.Spec.Tasks()}
		if err := driver.Cancel(ctx, []scheduler.Ref{ref}); err != nil && over {
			return job, fmt.Errorf("job %s was cancelled while it was submitted, and is at the pool: %w", job.ID, err)
		}
	}
	if gone {
		return job, settled
	}
	if err != nil && final(err) {
		return job, err
	}
	return job, nil
}

func (s *Submitter) begin(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now[id] {
		return false
	}
	s.now[id] = true
	return true
}

func (s *Submitter) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.now, id)
}

// hand uploads and submits, and keeps the claim alive meanwhile.
func (s *Submitter) hand(ctx context.Context, driver Driver, job *store.Job) (scheduler.ID, error) {
	keeping, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keep(keeping, job) })
	defer keeper.Wait()
	defer stop()
	for _, in := range job.Spec.Inputs {
		if err := driver.Upload(ctx, job.ID, in, func() (io.ReadCloser, error) { return openInput(in) }); err != nil {
			return "", err
		}
	}
	return driver.Submit(ctx, job.Spec)
}

// keep says every few seconds that this process is still at the intent.
func (s *Submitter) keep(ctx context.Context, job *store.Job) {
	ticks := time.NewTicker(renew)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks.C:
			s.claim(ctx, job, now)
		}
	}
}

// claim says once that this process is at the intent. Where others have changed the record meanwhile, as by a wish to cancel, it says so in the one
// that there is now: to them the claim must not look as if it had run out. Only a job that is pending can be claimed.
func (s *Submitter) claim(ctx context.Context, job *store.Job, now time.Time) {
	for job.Status.State == scheduler.Pending {
		status := job.Status
		status.RetryAt = Claim(now)
		conflicts, err := s.store.Commit(ctx, job.SchedulerUID, store.Batch{Changes: []store.Change{{JobID: job.ID, ExpectRevision: job.Revision, Status: status, Quiet: true}}})
		if err != nil {
			return
		}
		if len(conflicts) == 0 {
			job.Status, job.Revision = status, job.Revision+1
			return
		}
		fresh, err := s.store.Job(ctx, job.ID)
		if err != nil {
			return
		}
		job.Status, job.Revision = fresh.Status, fresh.Revision
	}
}

// seek asks the pool whether it has a job that was refused now: an earlier attempt, whose answer nobody heard, may have come through. A refusal
// stands only if the pool says that it has not.
func seek(ctx context.Context, driver Driver, job store.Job, refusal error) (native scheduler.ID, err error) {
	if driver == nil {
		return "", fault.Unavailable.New("%v", refusal)
	}
	heard, there := false, false
	err = driver.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{{Token: job.ID, Tasks: job.Spec.Tasks()}}}, func(s scheduler.Status) error {
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
	for {
		if job.Status.Native != "" || job.Status.State.Terminal() {
			return job, nil
		}
		change := outcome(job, native, failure, time.Now())
		conflicts, err := s.store.Commit(ctx, job.SchedulerUID, store.Batch{Changes: []store.Change{change}})
		if err != nil {
			return job, fmt.Errorf("job %s: noting that it was submitted: %w", job.ID, err)
		}
		if len(conflicts) == 0 {
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
	status, tasks := job.Status, job.Spec.Tasks()
	all := func(state scheduler.State, reason string) store.Change {
		status.State, status.Reason = state, reason
		status.Counts = map[scheduler.State]int{state: tasks}
		return store.Change{JobID: job.ID, ExpectRevision: job.Revision, Status: status,
			Tasks: []store.TaskChange{{First: 0, Count: tasks, State: state}}}
	}
	switch {
	case failure == nil:
		status.Native, status.Submitted, status.Observed, status.RetryAt = native, now, now, time.Time{}
		return all(scheduler.Queued, "")
	case final(failure):
		status.Ended = now
		return all(scheduler.Failed, "not submitted: "+failure.Error())
	}
	delay := min(firstRetry<<min(status.Attempts, 10), lastRetry)
	if asked, ok := fault.RetryAfter(failure); ok {
		delay = max(delay, min(asked, longestRetry))
	}
	status.RetryAt = now.Add(delay)
	status.Reason = "not at the pool yet, is tried again: " + failure.Error()
	return store.Change{JobID: job.ID, ExpectRevision: job.Revision, Status: status}
}

// final tells whether trying again is useless: nothing was submitted, and nothing ever will be.
func final(err error) bool {
	for _, kind := range []fault.Kind{fault.Invalid, fault.Unsupported, fault.NotFound, fault.Denied} {
		if errors.Is(err, kind) {
			return fault.Of(err) == kind
		}
	}
	return false
}

// Ref names a stored job to its driver.
func Ref(job store.Job) scheduler.Ref {
	return scheduler.Ref{ID: job.Status.Native, Token: job.ID, Tasks: job.Spec.Tasks()}
}
