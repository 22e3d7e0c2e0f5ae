package follow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// scripted is a driver that does what its test says.
type scripted struct {
	submit func() (scheduler.ID, error)
	query  func(yield func(scheduler.Status) error) error
	cancel func(scheduler.Ref) error
}

func (d *scripted) Submit(context.Context, scheduler.Job) (scheduler.ID, error) { return d.submit() }
func (d *scripted) Query(_ context.Context, _ scheduler.Query, yield func(scheduler.Status) error) error {
	return d.query(yield)
}
func (d *scripted) Cancel(_ context.Context, refs []scheduler.Ref) error { return d.cancel(refs[0]) }
func (d *scripted) Watch(context.Context, scheduler.Cursor, func(scheduler.Event) error) error {
	return nil
}
func (d *scripted) Watches() bool   { return false }
func (d *scripted) Can(string) bool { return false }
func (d *scripted) SubmitWorkflow(context.Context, scheduler.Workflow) (scheduler.ID, error) {
	return d.submit()
}
func (d *scripted) SubmitBatch(context.Context, []scheduler.Job, func(scheduler.Submitted) error) error {
	return fault.Unsupported.New("one by one")
}
func (d *scripted) Find(context.Context, string, time.Time, func(scheduler.Found) error) error {
	return nil
}
func (d *scripted) Remove(context.Context, []scheduler.Ref) error { return nil }
func (d *scripted) Download(context.Context, scheduler.Ref, scheduler.FileQuery, func(scheduler.File, io.Reader) error) error {
	return nil
}
func (d *scripted) Upload(context.Context, string, scheduler.Input, func() (io.ReadCloser, error)) error {
	return nil
}

// kept is a store with one scheduler and a pending job of it.
func kept(t *testing.T, attempts int, retry time.Time) (*store.Store, store.Job) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: "Default", Type: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	id := store.JobID(sch.UID, "", time.Now())
	job := store.Job{ID: id, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: scheduler.Job{Token: id, Command: "x"},
		Status: store.JobStatus{State: scheduler.Pending, Counts: map[scheduler.State]int{scheduler.Pending: 1}, Attempts: attempts, RetryAt: retry}}
	if _, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: job}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	return s, read1(t, s, id)
}

func read1(t *testing.T, s *store.Store, id string) store.Job {
	t.Helper()
	job, err := s.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func with(d Driver) Drivers {
	return func(context.Context, string) (Driver, error) { return d, nil }
}

// A pool that refuses a job now may have it from an attempt whose answer nobody heard.
func TestARefusalAfterAnAttemptOfUnknownEnd(t *testing.T) {
	t.Parallel()
	says := func(state scheduler.State, id scheduler.ID) func(string) []scheduler.Status {
		return func(token string) []scheduler.Status { return []scheduler.Status{{Token: token, ID: id, State: state}} }
	}
	for name, c := range map[string]struct {
		attempts int
		pool     func(token string) []scheduler.Status // nil: it cannot be asked
		state    scheduler.State
		native   scheduler.ID
		fails    bool
	}{
		"first attempt":        {1, says(scheduler.Running, "7"), scheduler.Failed, "", true},
		"it is there":          {2, says(scheduler.Running, "7"), scheduler.Queued, "7", false},
		"it has ended":         {2, says(scheduler.Succeeded, "7"), scheduler.Queued, "7", false},
		"it is not there":      {2, says(scheduler.Lost, ""), scheduler.Failed, "", true},
		"it cannot be asked":   {2, nil, scheduler.Pending, "", false},
		"nothing is said":      {2, func(string) []scheduler.Status { return nil }, scheduler.Pending, "", false},
		"there without a name": {2, says(scheduler.Running, ""), scheduler.Pending, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, job := kept(t, c.attempts, time.Time{})
			d := &scripted{
				submit: func() (scheduler.ID, error) { return "", fault.Denied.New("the key was revoked") },
				query: func(yield func(scheduler.Status) error) error {
					if c.pool == nil {
						return fault.Denied.New("the key was revoked")
					}
					for _, st := range c.pool(job.ID) {
						if err := yield(st); err != nil {
							return err
						}
					}
					return nil
				},
			}
			_, err := NewSubmitter(s, with(d)).Submit(t.Context(), job)
			now := read1(t, s, job.ID).Status
			if now.State != c.state || now.Native != c.native || (err != nil) != c.fails {
				t.Errorf("%s %q, %v (%s); want %s %q", now.State, now.Native, err, now.Reason, c.state, c.native)
			}
		})
	}
}

// The pool took the job and the store cannot be told: that is no error of the submission.
func TestASubmissionThatCannotBeNoted(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 1, time.Time{})
	d := &scripted{submit: func() (scheduler.ID, error) { return "7", s.Close() }}
	if got, err := NewSubmitter(s, with(d)).Submit(t.Context(), job); err != nil || got.ID != job.ID || got.Status.State != scheduler.Pending {
		t.Errorf("got %+v, %v", got.Status, err)
	}
}

// A job that was cancelled, and whose record was deleted, while its submission was on the way does not stay at the pool.
func TestARecordDeletedUnderItsSubmission(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 1, time.Time{})
	var cancelled scheduler.Ref
	d := &scripted{
		submit: func() (scheduler.ID, error) {
			return "7", errors.Join(CancelPending(t.Context(), s, job, 0), s.DeleteJob(t.Context(), job.ID))
		},
		cancel: func(r scheduler.Ref) error { cancelled = r; return nil },
	}
	if _, err := NewSubmitter(s, with(d)).Submit(t.Context(), job); !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if want := (scheduler.Ref{ID: "7", Token: job.ID, Tasks: 1}); cancelled != want {
		t.Errorf("cancelled %+v, want %+v", cancelled, want)
	}
}

// An owner renews its claim quietly; a follower knows only the claim of the beginning.
func TestAClaimThatIsAliveIsNotTakenOver(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 1, time.Now().Add(-time.Second))
	owner := NewSubmitter(s, nil)
	stale := job
	if err := wish(t.Context(), s, stale); err != nil {
		t.Fatal(err)
	}
	owner.claim(t.Context(), &job, time.Now())
	if now := read1(t, s, job.ID); !now.Status.RetryAt.After(time.Now()) || now.Status.CancelRequested.IsZero() || now.Revision != job.Revision {
		t.Fatalf("claimed as %+v, revision %d, believed %d", now.Status, now.Revision, job.Revision)
	}
	lease, held, err := s.AcquireLease(t.Context(), job.SchedulerUID, "other", time.Minute)
	if err != nil || !held {
		t.Fatal(held, err)
	}
	never := &scripted{
		submit: func() (scheduler.ID, error) { t.Error("submitted beside the owner"); return "7", nil },
		cancel: func(scheduler.Ref) error { t.Error("cancelled beside the owner"); return nil },
	}
	f := &follower{store: s, submits: NewSubmitter(s, with(never)), driver: never, lease: lease, log: hclog.NewNullLogger()}
	f.submit(t.Context(), job.ID)
	f.cancel(t.Context(), job.ID)
	if now := read1(t, s, job.ID); now.Revision != job.Revision || now.Status.State != scheduler.Pending {
		t.Errorf("changed to %+v", now.Status)
	}
}

// wish notes that somebody wants the job cancelled.
func wish(ctx context.Context, s *store.Store, job store.Job) error {
	job.Status.CancelRequested = time.Now()
	_, err := s.Commit(ctx, job.SchedulerUID, store.Batch{Changes: []store.Change{{JobID: job.ID, ExpectRevision: job.Revision, Status: job.Status}}})
	return err
}

// When a pool comes back the intents that wait for it do not all come at once.
func TestTheCrowdIsBounded(t *testing.T) {
	t.Parallel()
	f := &follower{jobs: map[string]*ledger{}, working: map[string]bool{}, done: make(chan finished), looked: time.Now()}
	f.store, _ = kept(t, 1, time.Time{})
	f.log = hclog.NewNullLogger()
	for i := range 10 * crowd {
		f.keep(&ledger{id: fmt.Sprint(i), tasks: 1, status: store.JobStatus{State: scheduler.Pending}})
	}
	f.keep(&ledger{id: "wish", tasks: 1, status: store.JobStatus{State: scheduler.Pending, CancelRequested: time.Now()}})
	f.chores(t.Context(), time.Now())
	f.chores(t.Context(), time.Now())
	if f.submitting != crowd || f.workers != crowd+1 {
		t.Errorf("%d of %d workers submit", f.submitting, f.workers)
	}
	for f.workers > 0 {
		f.worked(<-f.done, time.Now())
	}
	if f.submitting != 0 || len(f.working) != 0 {
		t.Errorf("after all have ended %d submit, and %v", f.submitting, f.working)
	}
}

// Two that ask the pool at once do not take each other's lease.
func TestRefreshBesideAnother(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 1, time.Time{})
	here := &scripted{submit: func() (scheduler.ID, error) { return "7", nil }}
	if _, err := NewSubmitter(s, with(here)).Submit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	m := &Manager{Store: s, Owner: "me", Log: hclog.NewNullLogger()}
	here.query = func(yield func(scheduler.Status) error) error {
		here.query = func(func(scheduler.Status) error) error { t.Error("the pool is asked twice"); return nil }
		if err := m.Refresh(t.Context(), job.SchedulerUID); err != nil {
			t.Errorf("beside another: %v", err)
		}
		return yield(scheduler.Status{ID: "7", Token: job.ID, State: scheduler.Running})
	}
	m.Drivers = with(here)
	if err := m.Refresh(t.Context(), job.SchedulerUID); err != nil || read1(t, s, job.ID).Status.State != scheduler.Running {
		t.Errorf("%v, %+v", err, read1(t, s, job.ID).Status)
	}
}
