package follow

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ruled is a job that is handed over again when it has too little memory, or exits with 3, at most twice.
func ruled(id string) scheduler.Job {
	return scheduler.Job{Token: id, Command: "x", Policy: scheduler.Policy{Retry: []scheduler.RetryRule{
		{Causes: []scheduler.Cause{scheduler.CauseMemory}, MemoryFactor: 2}, {Codes: []int{3}, Limit: 2},
	}}}
}

// keptAt is a job of that specification that the store has in its first run, which the pool has by that name.
func keptAt(t *testing.T, s *store.Store, sch store.Scheduler, spec scheduler.Job, native scheduler.ID) {
	t.Helper()
	job := store.Job{ID: spec.Token, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: spec, Tasks: 1, Status: store.JobStatus{
		State: scheduler.Running, Native: native, Counts: map[scheduler.State]int{scheduler.Running: 1}, Attempts: 1, Submitted: time.Now(),
	}}
	made, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: job}}, time.Now())
	if err != nil || made[0].Err != nil {
		t.Fatal(err, made)
	}
}

// askedFirst lets the pool say how its jobs are before it tells which ones it has.
func (p *pool) askedFirst() {
	p.fault = func(ctx context.Context, verb string, _ bool) error {
		for verb == "find" && p.called("query") == 0 {
			if !sleep(ctx, time.Millisecond) {
				return ctx.Err()
			}
		}
		return nil
	}
}

// A store that has lost that a job was given back follows the run that the pool has, and does not take the end of the one before for that of the job. No run
// is handed over once more.
func TestALaterRunIsFollowed(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	p.askedFirst()
	id := store.JobID(sch.UID, "k", time.Now())
	spec := ruled(id)
	first := p.take(spec, nil)
	keptAt(t, s, sch, spec, first)
	p.say(id, 0, 1, scheduler.Cancelled) // it was held, and removed before the next began
	second := spec
	second.Token = id + "-r1"
	p.take(second, nil)
	p.say(second.Token, 0, 1, scheduler.Running)

	begin(t, s, p, "one", Rules{})
	eventually(t, "the second run", func() bool {
		job := read1(t, s, id)
		if job.Status.State.Terminal() {
			t.Fatalf("it has ended by its first run: %+v", job.Status)
		}
		return job.Status.Run == 1 && job.Status.State == scheduler.Running
	})
	job := read1(t, s, id)
	if len(job.Status.Runs) != 1 || job.Status.Runs[0].State != scheduler.Cancelled || job.Status.Runs[0].Native != first || len(job.Status.Notes) == 0 {
		t.Errorf("%+v", job.Status)
	}
	p.ends(second.Token, scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Succeeded })
	if p.mu.Lock(); p.made != 2 {
		t.Errorf("%d runs at the pool", p.made)
	}
	p.mu.Unlock()
}

// What ended while the pool was not asked yet for later runs, and has none, is asked again, and ends the job.
func TestAnEndThatWasWithheld(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	p.askedFirst()
	id := store.JobID(sch.UID, "k", time.Now())
	keptAt(t, s, sch, ruled(id), p.take(ruled(id), nil))
	p.ends(id, scheduler.Status{State: scheduler.Failed, Exit: &scheduler.Exit{Code: 4}})
	begin(t, s, p, "one", Rules{})
	eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Failed })
}

// A pool that cannot be asked which jobs it has is waited for as long as for a job that it does not know, and not for ever.
func TestHowLongEndsAreWithheld(t *testing.T) {
	t.Parallel()
	f := &follower{driver: newPool(call.Finds), doubt: true, working: map[string]bool{}, rules: func() Rules { return Rules{LostAfter: time.Minute} }}
	now := time.Now()
	if !f.unsure(now) || !f.unsure(now.Add(59*time.Second)) || f.unsure(now.Add(61*time.Second)) {
		t.Error("it is not unsure for a minute")
	}
	f.doubt = false
	if f.unsure(now.Add(2*time.Minute)) || !f.doubted.IsZero() {
		t.Error("it is unsure without a doubt")
	}
	if f = (&follower{driver: newPool(), doubt: true, rules: f.rules}); f.unsure(now) {
		t.Error("it waits for a driver that cannot tell")
	}
}

// A job of which nothing but a later run is left is that run, after as many as there were: so its rules are used no more often than they may. What the pool says of the
// earlier ones is kept.
func TestOnlyALaterRunIsLeft(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	id := store.JobID(sch.UID, "k", time.Now())
	middle, last := ruled(id), ruled(id)
	middle.Token, last.Token = id+"-r1", id+"-r2"
	p.take(middle, nil)
	p.ends(middle.Token, scheduler.Status{State: scheduler.Failed, Exit: &scheduler.Exit{Code: 3}})
	p.take(last, nil)
	other := begin(t, s, p, "one", Rules{})
	carried(t, other, sch, scheduler.Job{Command: "x"}) // somebody follows
	eventually(t, "the job", func() bool { return state(t, s, id) == scheduler.Queued })
	job := read1(t, s, id)
	runs := job.Status.Runs
	if job.Status.Run != 2 || len(runs) != 2 || runs[0].State != scheduler.Lost || runs[1].State != scheduler.Failed || runs[1].Exit.Code != 3 || job.Token() != last.Token {
		t.Errorf("%+v", job.Status)
	}
	p.ends(last.Token, scheduler.Status{State: scheduler.Failed, Exit: &scheduler.Exit{Code: 3}})
	eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Failed })
	if atPoolAs(p, id+"-r3") {
		t.Error("it was handed over once more than its rule says")
	}
}

// An earlier run that is still there beside a later one is cancelled, and so is a later one of a job that has ended here: there never are two.
func TestRunsThatAreNotToBeThere(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	both, over := store.JobID(sch.UID, "both", time.Now()), store.JobID(sch.UID, "over", time.Now())
	for _, id := range []string{both, over} {
		keptAt(t, s, sch, ruled(id), p.take(ruled(id), nil))
		again := ruled(id)
		again.Token = id + "-r1"
		p.take(again, nil)
	}
	job := read1(t, s, over)
	job.Status.State, job.Status.Ended = scheduler.Cancelled, time.Now()
	if _, err := s.Commit(t.Context(), sch.UID, store.Batch{Changes: []store.Change{{JobID: over, ExpectRevision: 1, Status: job.Status}}}); err != nil {
		t.Fatal(err)
	}
	begin(t, s, p, "one", Rules{})
	said := func(token string) scheduler.State {
		p.mu.Lock()
		defer p.mu.Unlock()
		news := p.jobs[token].news
		return news[len(news)-1].State
	}
	eventually(t, "both to be cancelled", func() bool {
		return said(both) == scheduler.Cancelled && said(over+"-r1") == scheduler.Cancelled && read1(t, s, both).Status.Run == 1
	})
	if job := read1(t, s, both); job.Status.Run != 1 || job.Status.State != scheduler.Queued || said(both+"-r1") != scheduler.Queued {
		t.Errorf("%+v", job.Status)
	}
}

// While somebody else changes a record, it is caught up with at the next look.
func TestCatchingUpIsFenced(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	id := store.JobID(sch.UID, "k", time.Now())
	keptAt(t, s, sch, ruled(id), p.take(ruled(id), nil))
	again := ruled(id)
	again.Token = id + "-r1"
	p.take(again, nil)
	lease, _, err := s.AcquireLease(t.Context(), sch.UID, "another", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{store: s, driver: p, lease: store.Lease{UID: sch.UID, Fence: lease.Fence - 1}}
	if a, err := f.adoptAll(t.Context(), time.Now()); !errors.Is(err, fault.Conflict) || len(a.jobs) > 0 || read1(t, s, id).Status.Run != 0 {
		t.Errorf("who has the lease no more writes: %+v, %v", a, err)
	}
}

// Of a workflow that the store has lost everything is kept that the pool tells, and a note says what it does not.
func TestALostWorkflow(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Finds)
	whole, bare, bad := store.JobID(sch.UID, "whole", time.Now()), store.JobID(sch.UID, "", time.Now()), store.JobID(sch.UID, "", time.Now())
	flow := scheduler.Workflow{Token: whole, Name: "n", User: "ada", Groups: []string{"lab"}, Labels: map[string]string{"a": "b"}, Key: "whole",
		Policy: scheduler.Policy{QueueWait: time.Hour}, Nodes: []scheduler.Node{{Name: "a", Job: scheduler.Job{Command: "x"}}}}
	p.take(scheduler.Job{}, &flow)
	less := flow
	less.Token, less.Key, less.Groups, less.Policy = bare, "", nil, scheduler.Policy{}
	p.take(scheduler.Job{}, &less)
	odd := flow
	odd.Token = bad // its key is another job's
	p.take(scheduler.Job{}, &odd)
	pr := begin(t, s, p, "one", Rules{})
	carried(t, pr, sch, scheduler.Job{Command: "x"}) // somebody follows
	for _, id := range []string{whole, bare, bad} {
		eventually(t, "the workflow "+id, func() bool { return state(t, s, id) == scheduler.Queued })
	}
	got := read1(t, s, whole)
	if got.Spec.Groups[0] != "lab" || got.Spec.Policy.QueueWait != time.Hour || got.Spec.Key != "whole" || got.Spec.Labels["a"] != "b" || got.Spec.User != "ada" {
		t.Errorf("%+v", got.Spec)
	}
	if n := got.Status.Notes; len(n) != 1 || strings.Contains(n[0].Text, "not known") {
		t.Errorf("%+v", n)
	}
	got = read1(t, s, bare)
	if n := got.Status.Notes; len(n) != 1 || !strings.Contains(n[0].Text, "groups and a policy") || !strings.HasSuffix(n[0].Text, "that is not known any more") || got.Spec.Name != "n" {
		t.Errorf("%+v", n)
	}
	if got = read1(t, s, bad); got.Spec.Key != "" || got.Spec.Groups[0] != "lab" {
		t.Errorf("%+v", got.Spec)
	}
}
