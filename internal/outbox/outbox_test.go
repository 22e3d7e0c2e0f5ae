package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// told counts what a handler was told, by job.
type told struct {
	mu    sync.Mutex
	times map[string]int
	order map[string][]scheduler.State
}

func (t *told) note(e store.Event) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.times == nil {
		t.times, t.order = map[string]int{}, map[string][]scheduler.State{}
	}
	t.times[e.Job]++
	t.order[e.Job] = append(t.order[e.Job], e.State)
	return t.times[e.Job]
}

func (t *told) of(job string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.times[job]
}

func (t *told) states(job string) []scheduler.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.order[job])
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func opened(t testing.TB) (*store.Store, store.Scheduler) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, made(t, s, "Default")
}

func made(t testing.TB, s *store.Store, name string) store.Scheduler {
	t.Helper()
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: name, Type: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	return sch
}

// begun is an outbox that hears the store.
func begun(t testing.TB, s *store.Store, owner string) *outbox.Outbox {
	t.Helper()
	o := outbox.New(s, owner, hclog.NewNullLogger())
	ctx, stop := context.WithCancel(context.Background())
	var pump sync.WaitGroup
	pump.Go(func() {
		for uid := range s.Changes(ctx) {
			o.Changed(ctx, uid)
		}
	})
	t.Cleanup(func() {
		stop()
		pump.Wait()
		if err := o.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return o
}

// finish makes jobs that run and end.
func finish(t testing.TB, s *store.Store, sch store.Scheduler, n int) (ids []string) {
	t.Helper()
	ctx := context.Background()
	for range n {
		id := store.JobID(sch.UID, "", time.Now())
		got, err := s.Create(ctx, sch.UID, []store.Creation{{Job: store.Job{ID: id, SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Tasks: 1,
			Spec: scheduler.Job{Token: id, Command: "x"}, Status: store.JobStatus{State: scheduler.Pending}}}}, time.Now())
		if err == nil {
			err = got[0].Err
		}
		for i, state := range []scheduler.State{scheduler.Running, scheduler.Succeeded} {
			if err == nil {
				_, err = s.Commit(ctx, sch.UID, store.Batch{Changes: []store.Change{{JobID: id, ExpectRevision: int64(i + 1), Status: store.JobStatus{State: state}}}})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func handle(t testing.TB, o *outbox.Outbox, h outbox.Handler) {
	t.Helper()
	if err := o.Handle(t.Context(), h); err != nil {
		t.Fatal(err)
	}
}

// A handler is told each end once, from when it came on; one that asks for the past is told that too.
func TestEndsAreTold(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	before := finish(t, s, sch, 3)
	o := begun(t, s, "one")
	var now, start, all told
	handle(t, o, outbox.Handler{Name: "now", Handle: func(_ context.Context, e store.Event) error { now.note(e); return nil }})
	handle(t, o, outbox.Handler{Name: "start", FromStart: true, Handle: func(_ context.Context, e store.Event) error { start.note(e); return nil }})
	handle(t, o, outbox.Handler{Name: "all", All: true, Handle: func(_ context.Context, e store.Event) error { all.note(e); return nil }})
	after := finish(t, s, sch, 20)
	later := finish(t, s, made(t, s, "later"), 2)
	for _, id := range append(append([]string(nil), after...), later...) {
		eventually(t, "the end of "+id, func() bool { return now.of(id) == 1 && start.of(id) == 1 && all.of(id) >= 2 })
	}
	for _, id := range before {
		eventually(t, "an end of before", func() bool { return start.of(id) == 1 })
		if now.of(id) != 0 {
			t.Error("told of before it came")
		}
	}
	for _, id := range after {
		if got := all.states(id); got[len(got)-1] != scheduler.Succeeded || got[len(got)-2] != scheduler.Running {
			t.Errorf("in the order %v", got)
		}
	}
}

// A handler that fails, panics or hangs at one job is told of the others meanwhile, and of that one again; in vain for good, it is a dead letter, that can
// be told again by hand.
func TestFailures(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	o := begun(t, s, "one")
	ids := make(map[string]string)
	var mu sync.Mutex
	var got told
	well := false
	handle(t, o, outbox.Handler{Name: "h", Attempts: 3, Retry: time.Millisecond, Timeout: 20 * time.Millisecond, Handle: func(ctx context.Context, e store.Event) error {
		n := got.note(e)
		mu.Lock()
		does, healed := ids[e.Job], well
		mu.Unlock()
		switch {
		case healed:
		case does == "fails once" && n == 1, does == "fails":
			return errors.New("no luck")
		case does == "panics":
			panic("for a reason")
		case does == "hangs":
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}})
	for _, does := range []string{"fails once", "fails", "panics", "hangs", "is good"} {
		mu.Lock()
		id := finish(t, s, sch, 1)[0]
		ids[id] = does
		mu.Unlock()
	}
	var dead []store.Letter
	eventually(t, "the dead letters", func() bool {
		var err error
		if dead, err = s.DeadLetters(t.Context(), sch.UID, "h", "", 0); err != nil {
			t.Fatal(err)
		}
		return len(dead) == 3
	})
	mu.Lock()
	well = true
	mu.Unlock()
	for _, l := range dead {
		if l.Attempts != 3 || l.Reason == "" || got.of(l.Event.Job) != 3 {
			t.Errorf("%s: %+v, told %d times", ids[l.Event.Job], l, got.of(l.Event.Job))
		}
		if err := s.Redeliver(t.Context(), sch.UID, "h", l.ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the telling by hand", func() bool { return got.of(l.Event.Job) == 4 })
	}
	for id, does := range ids {
		want := map[string]int{"fails once": 2, "is good": 1}[does]
		if want == 0 {
			continue
		}
		eventually(t, does, func() bool { return got.of(id) >= want })
		if got.of(id) != want {
			t.Errorf("%s: told %d times", does, got.of(id))
		}
	}
}

// A handler that has come on is told what happens from then on, also where another process is just about to note where it begins.
func TestHandlerHasBegunWhenItIsThere(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	o := begun(t, s, "one")
	lease, held, err := s.AcquireNamedLease(t.Context(), sch.UID, store.HookLease("h"), "another", time.Minute)
	if err != nil || !held {
		t.Fatal(held, err)
	}
	var ends told
	h := outbox.Handler{Name: "h", Handle: func(_ context.Context, e store.Event) error { ends.note(e); return nil }}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := o.Handle(short, h); !errors.Is(err, fault.Timeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("nobody has noted where the handler begins: %v", err)
	}
	came := make(chan error, 1)
	go func() { came <- o.Handle(t.Context(), h) }()
	if err := s.Release(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if err := <-came; err != nil {
		t.Fatal(err)
	}
	for _, id := range finish(t, s, sch, 1) {
		eventually(t, "its end", func() bool { return ends.of(id) == 1 })
	}
}

// What comes after an event that a handler failed at waits for it.
func TestOrderInSpiteOfFailures(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	o := begun(t, s, "one")
	var failed, succeeded told
	handle(t, o, outbox.Handler{Name: "h", All: true, Retry: 20 * time.Millisecond, Handle: func(_ context.Context, e store.Event) error {
		if e.State == scheduler.Running && failed.note(e) < 3 {
			return errors.New("not yet")
		}
		succeeded.note(e)
		return nil
	}})
	for _, id := range finish(t, s, sch, 10) {
		eventually(t, "all its events", func() bool { return succeeded.of(id) == 3 })
		if got := fmt.Sprint(succeeded.states(id)); got != "[pending running succeeded]" {
			t.Error(got)
		}
	}
}
