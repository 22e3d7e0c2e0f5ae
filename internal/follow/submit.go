package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A claim is how long others leave an intent alone after its owner last said that it is at it, and how often the owner says so. To take over
// too early is a waste and nothing worse: a token never makes two jobs.
const (
	claim = 10 * time.Second
	renew = 3 * time.Second
)

// longestGather bounds how long a hand-over waits for others, when the one before it had many. What the pool takes for one it takes for 50.
const longestGather = 100 * time.Millisecond

// retryDelays are the pauses between attempts to hand a job to a pool that does not take it now.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	// longestRetry is the longest that a pool may ask us to stay away.
	longestRetry = time.Hour
)

// Submitter writes intents down and carries them to the pools. What arrives together for one scheduler goes together: to the store, to the driver, and back
// to the store. It is safe for concurrent use.
type Submitter struct {
	store   *store.Store
	drivers Drivers
	crew    crew

	mu    sync.Mutex
	now   map[string]bool  // the intents that this process is at
	desks map[string]*desk // by the scheduler's UID
}

// desk is where what is to be done for one scheduler gathers.
type desk struct {
	creations group[store.Creation, creation]
	handovers group[handover, handed]
	changes   group[store.Change, written]
	// single bounds how many jobs are handed over at once where the driver takes no batches.
	single chan struct{}
}

// NewSubmitter makes one.
func NewSubmitter(s *store.Store, d Drivers) *Submitter {
	return &Submitter{store: s, drivers: d, now: map[string]bool{}, desks: map[string]*desk{}}
}

// Wait returns when nothing is under way any more. What is under way ends when all those who asked for it have gone.
func (s *Submitter) Wait() { s.crew.wait() }

func (s *Submitter) desk(uid string) *desk {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.desks[uid]
	if d == nil {
		d = &desk{single: make(chan struct{}, crowd)}
		d.creations = group[store.Creation, creation]{
			crew: &s.crew, size: func(c store.Creation) int { return weight(c.Job.Spec) + weightOf(c.Job.Workflow) },
			run: func(ctx context.Context, batch []store.Creation, answer func(int, creation)) {
				s.create(ctx, uid, batch, answer)
			},
		}
		d.handovers = group[handover, handed]{
			crew: &s.crew, size: func(h handover) int { return weight(h.job) }, gather: longestGather,
			run: func(ctx context.Context, batch []handover, answer func(int, handed)) { d.handOver(ctx, batch, answer) },
		}
		d.changes = group[store.Change, written]{
			crew: &s.crew, size: func(c store.Change) int { return 1024 + 256*len(c.Tasks) },
			run: func(ctx context.Context, batch []store.Change, answer func(int, written)) {
				s.write(ctx, uid, batch, answer)
			},
		}
		s.desks[uid] = d
	}
	return d
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
		native, err = s.carry(ctx, driver, &job)
	}
	// With a key it may be there from a time that the store has lost.
	if err != nil && final(err) && (job.Status.Attempts > 1 || job.Spec.Key != "") {
		native, err = seek(ctx, driver, job, err)
	}
	if ctx.Err() != nil && err != nil {
		// Whoever asked went away; the follower goes on when the claim has run out.
		return job, nil
	}
	handed := Ref(job)
	handed.ID = native
	job, settled := s.settle(ctx, job, native, err)
	gone := errors.Is(settled, fault.NotFound)
	if settled != nil && !gone {
		// The intent stands as it was: the follower goes on with it, under its token.
		return job, nil
	}
	if over := gone || job.Status.State.Terminal(); native != "" && (over || !job.Status.CancelRequested.IsZero()) {
		// Somebody cancelled while the submission was under way, and could not name the pool's job. A follower repeats it, unless the job counts as
		// ended already.
		if err := driver.Cancel(ctx, []scheduler.Ref{handed}); err != nil && over {
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

// Ref names a stored job to its driver.
func Ref(job store.Job) scheduler.Ref {
	return scheduler.Ref{ID: job.Status.Native, Token: job.Token(), Tasks: tasks(job)}
}

// AllRuns name a job at the pool in each of its runs; none, if no driver was ever asked about it.
func AllRuns(job store.Job) (refs []scheduler.Ref) {
	for n, r := range job.Status.Runs {
		earlier := job
		earlier.Status.Run, earlier.Status.Native = n, r.Native
		refs = append(refs, Ref(earlier))
	}
	if job.Status.Native != "" || job.Status.Attempts > 0 {
		refs = append(refs, Ref(job))
	}
	return refs
}
