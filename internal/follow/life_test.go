package follow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// carried submits jobs and gives their IDs.
func carried(t *testing.T, pr *process, sch store.Scheduler, specs ...scheduler.Job) (ids []string) {
	t.Helper()
	for _, spec := range specs {
		job, _, err := pr.submits.Create(t.Context(), wanted(sch, spec))
		if err == nil {
			job, err = pr.submits.Submit(t.Context(), job)
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, job.ID)
	}
	return ids
}

func state(t testing.TB, s *store.Store, id string) scheduler.State {
	job, err := s.Job(t.Context(), id)
	if errors.Is(err, fault.NotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return job.Status.State
}

// What the pool has and the store has lost is kept again, once, as it stands; what was deleted stays deleted.
func TestAdoption(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	lost, ended, deleted := store.JobID(sch.UID, "", time.Now()), store.JobID(sch.UID, "", time.Now()), ""
	for _, id := range []string{lost, ended} {
		p.take(scheduler.Job{Token: id, Command: "x", Name: "found", User: "ada", Array: &scheduler.Array{Count: 2}}, nil)
	}
	p.say(ended, 0, 2, scheduler.Succeeded)
	p.take(scheduler.Job{Token: "somebody-elses", Command: "x"}, nil)
	p.take(scheduler.Job{Token: lost + "-r1", Command: "x", Array: &scheduler.Array{Count: 2}}, nil)

	pr := begin(t, s, p, "one", Rules{})
	ids := carried(t, pr, sch, scheduler.Job{Command: "x"}, scheduler.Job{Command: "x"})
	deleted = ids[1]
	p.say(deleted, 0, 1, scheduler.Failed)
	eventually(t, "the end of the one", func() bool { return state(t, s, deleted) == scheduler.Failed })
	if err := s.DeleteJob(t.Context(), deleted); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lost ones", func() bool { return state(t, s, lost) == scheduler.Queued && state(t, s, ended) == scheduler.Succeeded })
	job := read1(t, s, lost)
	if job.Status.Run != 1 || len(job.Status.Notes) != 1 || job.Spec.Command != "x" || job.Tasks != 2 || job.Status.Native == "" {
		t.Errorf("found as %+v", job)
	}
	if job := read1(t, s, ended); job.Spec.User != "ada" || job.Scheduler != sch.Name {
		t.Errorf("found as %+v", job)
	}
	pr.kill()
	again := begin(t, s, p, "two", Rules{})
	p.say(lost+"-r1", 0, 2, scheduler.Running)
	eventually(t, "what the next follower hears", func() bool { return state(t, s, lost) == scheduler.Running })
	again.kill()
	if state(t, s, deleted) != "" || p.made != 6 {
		t.Errorf("the deleted one is %q, %d at the pool", state(t, s, deleted), p.made)
	}
}

// A follower that begins with thousands of jobs asks the pool about all of them at once.
func TestTenThousandKnownJobs(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	const many, page = 10_000, 500
	now := time.Now()
	var ids []string
	for range many / page {
		var some []store.Creation
		for range page {
			id := store.JobID(sch.UID, "", now)
			ids = append(ids, id)
			native := p.take(scheduler.Job{Token: id, Command: "x"}, nil)
			some = append(some, store.Creation{Job: store.Job{ID: id, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: scheduler.Job{Command: "x"},
				Status: store.JobStatus{State: scheduler.Queued, Native: native, Counts: map[scheduler.State]int{scheduler.Queued: 1}}}})
		}
		if _, err := s.Create(t.Context(), sch.UID, some, now); err != nil {
			t.Fatal(err)
		}
	}
	// A tenth has ended while nobody followed; nobody tells of it any more.
	for _, id := range ids[:many/10] {
		p.mu.Lock()
		p.jobs[id].news = append(p.jobs[id].news, scheduler.Status{ID: p.jobs[id].found.Ref.ID, Token: id, State: scheduler.Failed, Reason: "exit code 1", Exit: &scheduler.Exit{Code: 1}})
		p.mu.Unlock()
	}
	begun := time.Now()
	pr := begin(t, s, p, "one", Rules{})
	left := func() int {
		n, err := s.ActiveCount(t.Context(), []string{sch.UID})
		if err != nil {
			t.Fatal(err)
		}
		return n[sch.UID]
	}
	eventually(t, "all that have ended", func() bool { return left() == many-many/10 })
	pr.kill()
	t.Logf("reconciled after %v", time.Since(begun))
	if asked := p.called("query") + p.called("find") + p.called("watch"); asked > 3 {
		t.Errorf("%d questions", asked)
	}
}

// A pool that does not answer changes no job: the scheduler says since when, and why, and whoever follows next goes on with that.
func TestAPoolThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	pr := begin(t, s, p, "one", Rules{})
	id := carried(t, pr, sch, scheduler.Job{Command: "x"})[0]
	health := func() store.Health {
		all, err := s.Health(t.Context(), []string{sch.UID})
		if err != nil {
			t.Fatal(err)
		}
		return all[sch.UID]
	}
	eventually(t, "that it answers", func() bool { return !health().Heard.IsZero() && health().Since.IsZero() })
	p.mu.Lock()
	p.fault = func(context.Context, string, bool) error { return fault.Unavailable.New("no route to host") }
	p.mu.Unlock()
	p.say(id, 0, 1, scheduler.Running) // the stream breaks off after it
	eventually(t, "that it does not", func() bool { return !health().Since.IsZero() && strings.Contains(health().Reason, "no route to host") })
	since := health().Since
	pr.kill()
	if got := state(t, s, id); got != scheduler.Queued && got != scheduler.Running {
		t.Errorf("the job is %s", got)
	}
	next := begin(t, s, p, "two", Rules{})
	eventually(t, "a question of the next one", func() bool { return p.called("query") > 2 })
	if !health().Since.Equal(since) {
		t.Errorf("it was away since %v, now since %v", since, health().Since)
	}
	p.mu.Lock()
	p.fault = nil
	p.mu.Unlock()
	eventually(t, "that it answers again", func() bool { return health().Since.IsZero() && health().Heard.After(since) })
	eventually(t, "what it says", func() bool { return state(t, s, id) == scheduler.Running })
	next.kill()
}

// A job that the pool does not know is asked about when it would be lost, and is lost only then; one that comes back meanwhile is not.
func TestAMissingJobIsAskedAbout(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	pr := begin(t, s, p, "one", Rules{LostAfter: 2 * time.Second})
	ids := carried(t, pr, sch, scheduler.Job{Command: "x"}, scheduler.Job{Command: "y"})
	for _, id := range ids {
		p.say(id, 0, 1, scheduler.Lost)
	}
	missing := func(id string) bool { return !read1(t, s, id).Status.Missing.IsZero() }
	eventually(t, "that both are missing", func() bool { return missing(ids[0]) && missing(ids[1]) })
	p.say(ids[1], 0, 1, scheduler.Running)
	eventually(t, "that one is lost", func() bool { return state(t, s, ids[0]) == scheduler.Lost })
	if state(t, s, ids[1]) != scheduler.Running || missing(ids[1]) {
		t.Errorf("the other one: %+v", read1(t, s, ids[1]).Status)
	}
	// News of what is lost already comes too late.
	p.say(ids[0], 0, 1, scheduler.Succeeded)
	eventually(t, "a note", func() bool { return len(read1(t, s, ids[0]).Status.Notes) == 1 })
	if state(t, s, ids[0]) != scheduler.Lost {
		t.Error("it was found again")
	}
}

// What is told again about a job that has ended, to a follower that has never seen it, is looked at once and written not at all.
func TestLateNewsOfJobsThatEndedLongAgo(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	pr := begin(t, s, p, "one", Rules{})
	ids := carried(t, pr, sch, scheduler.Job{Command: "x"}, scheduler.Job{Command: "y"})
	p.say(ids[0], 0, 1, scheduler.Running)
	p.say(ids[0], 0, 1, scheduler.Succeeded)
	eventually(t, "the end", func() bool { return state(t, s, ids[0]) == scheduler.Succeeded })
	pr.kill()
	before := read1(t, s, ids[0]).Revision
	begin(t, s, p, "two", Rules{})
	for range 3 {
		p.say(ids[0], 0, 1, scheduler.Lost)
		p.say(ids[0], 0, 1, scheduler.Succeeded)
	}
	p.say(ids[1], 0, 1, scheduler.Running)
	eventually(t, "the other one's news", func() bool { return state(t, s, ids[1]) == scheduler.Running })
	if now := read1(t, s, ids[0]); now.Revision != before {
		t.Errorf("written %d times: %+v", now.Revision-before, now.Status)
	}
	for range 3 {
		p.say(ids[0], 0, 1, scheduler.Failed)
	}
	p.say(ids[1], 0, 1, scheduler.Held)
	eventually(t, "the other one's news", func() bool { return state(t, s, ids[1]) == scheduler.Held })
	if now := read1(t, s, ids[0]); now.Revision != before+1 || len(now.Status.Notes) != 1 || now.Status.State != scheduler.Succeeded {
		t.Errorf("written %d times: %+v", now.Revision-before, now.Status)
	}
}

// A job that was cancelled before it was at the pool, and is there all the same, is ended there.
func TestWhatIsNotToBeAtThePool(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	pr := begin(t, s, p, "one", Rules{})
	carried(t, pr, sch, scheduler.Job{Command: "so that somebody follows"})
	stray, _, err := pr.submits.Create(t.Context(), wanted(sch, scheduler.Job{Command: "x"}))
	if err == nil {
		err = CancelPending(t.Context(), s, stray, 0)
	}
	if err != nil || state(t, s, stray.ID) != scheduler.Cancelled {
		t.Fatal(state(t, s, stray.ID), err)
	}
	p.take(scheduler.Job{Token: stray.ID, Command: "x"}, nil)
	p.say(stray.ID, 0, 1, scheduler.Running)
	eventually(t, "a cancellation", func() bool { return p.called("cancel") > 0 })
	if notes := read1(t, s, stray.ID).Status.Notes; len(notes) != 1 {
		t.Error(fmt.Sprint(notes))
	}
}

// A pool that cannot be told to end it now is told again.
func TestWhatIsNotToBeAtThePoolIsCancelledAgain(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p, now := newPool(), time.Now()
	stray := scheduler.Ref{ID: "7", Token: store.JobID(sch.UID, "", now), Tasks: 1}
	f := &follower{
		store: s, driver: p, lease: store.Lease{UID: sch.UID}, working: map[string]bool{}, log: hclog.NewNullLogger(), done: make(chan finished), looked: now.Add(time.Hour),
		strays: []scheduler.Ref{stray},
	}
	for n, c := range []struct {
		fails        error
		after        time.Duration
		calls, stays int
	}{
		{fault.Unavailable.New("no route to host"), 0, 1, 1},
		{nil, again / 2, 1, 1}, // not in every moment
		{nil, again, 2, 0},
		{nil, 2 * again, 2, 0},
	} {
		p.fault = func(context.Context, string, bool) error { return c.fails }
		f.chores(t.Context(), now.Add(c.after))
		for f.workers > 0 {
			f.worked(<-f.done, now.Add(c.after))
		}
		if p.called("cancel") != c.calls || len(f.strays) != c.stays {
			t.Errorf("%d: %d calls, %d left", n, p.called("cancel"), len(f.strays))
		}
	}
}

// As long as the pool could not be asked what it has, the doubt stays.
func TestAdoptionIsTriedAgain(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	f := &follower{store: s, driver: p, lease: store.Lease{UID: sch.UID}, working: map[string]bool{}, log: hclog.NewNullLogger()}
	for name, c := range map[string]struct {
		err  error
		done bool
	}{
		"it answers":                   {nil, true},
		"it does not":                  {fault.Unavailable.New("no route to host"), false},
		"its driver cannot (any more)": {fault.Unsupported.New("no such service"), true},
	} {
		p.fault = func(context.Context, string, bool) error { return c.err }
		if done := !f.adopt(t.Context(), time.Now()).doubt; done != c.done {
			t.Errorf("%s: done is %v", name, done)
		}
	}
	f.worked(finished{id: adopting, doubt: true}, time.Now())
	if !f.doubt {
		t.Error("the doubt is forgotten")
	}
}
