package host_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var succeeded = scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}}

// heard waits for an event of a job.
func heard(t *testing.T, events <-chan host.Event, id string) host.Event {
	t.Helper()
	patience := time.After(30 * time.Second)
	for {
		select {
		case e := <-events:
			if e.Job == id {
				return e
			}
		case <-patience:
			t.Fatalf("the handler was not told of job %s", id)
		}
	}
}

func TestOnEvent(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	ends, all := make(chan host.Event, 100), make(chan host.Event, 100)
	if err := h.OnEvent("ends", host.HandlerOptions{}, func(_ context.Context, e host.Event) error { ends <- e; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := h.OnEvent("all", host.HandlerOptions{All: true}, func(_ context.Context, e host.Event) error { all <- e; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := h.OnEvent("all", host.HandlerOptions{}, func(context.Context, host.Event) error { return nil }); !errors.Is(err, fault.Exists) {
		t.Errorf("a name twice: %v", err)
	}
	if err := h.OnEvent("none", host.HandlerOptions{}, nil); !errors.Is(err, fault.Invalid) {
		t.Errorf("without a function: %v", err)
	}
	j := ended(t, s, p, scheduler.Job{}, succeeded)
	if e := heard(t, ends, j.ID); e.State != scheduler.Succeeded || e.Scheduler != "Default" || e.Revision == 0 {
		t.Errorf("%+v", e)
	}
	last := int64(0)
	for state := scheduler.State(""); !state.Terminal(); {
		e := heard(t, all, j.ID)
		if state = e.State; e.Revision <= last {
			t.Errorf("revision %d after %d", e.Revision, last)
		}
		last = e.Revision
	}
}

// What a handler does not take is told again, and at last put aside, where it can be looked at and told once more.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	var well atomic.Bool
	told := make(chan host.Event, 100)
	o := host.HandlerOptions{Attempts: 2, Retry: time.Millisecond}
	if err := h.OnEvent("results", o, func(_ context.Context, e host.Event) error {
		told <- e
		if !well.Load() {
			return errors.New("the disk is full")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	j := ended(t, s, p, scheduler.Job{}, succeeded)
	dead := func() []host.DeadLetter {
		letters, err := h.ListDeadLetters(t.Context(), "results", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		return letters
	}
	until(t, j, "given up", func(*host.Job) bool { return len(dead()) == 1 })
	letter := dead()[0]
	if letter.Event.Job != j.ID || letter.Event.State != scheduler.Succeeded || letter.Attempts != 2 || letter.Reason != "the disk is full" {
		t.Errorf("%+v", letter)
	}
	if page, err := h.ListDeadLetters(t.Context(), "results", letter.ID, 0); err != nil || len(page) != 0 {
		t.Errorf("after the last one: %v, %v", page, err)
	}
	heard(t, told, j.ID)
	heard(t, told, j.ID)
	well.Store(true)
	if err := h.RetryDeadLetter(t.Context(), "results", letter.ID); err != nil {
		t.Fatal(err)
	}
	heard(t, told, j.ID)
	if left := dead(); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	for _, id := range []string{letter.ID, "nonsense"} {
		if err := h.DropDeadLetter(t.Context(), "results", id); !errors.Is(err, fault.NotFound) {
			t.Errorf("dropped %q: %v", id, err)
		}
	}
}

// There: a worker that died over the results of a job left them locked, and nobody processed them ever. Here: the next host begins again with what was not done.
func TestTethysC16AHandlerThatDiesIsToldAgain(t *testing.T) {
	t.Parallel()
	p, dir := newPool(), t.TempDir()
	h := open(t, dir, drivers(p.plugin("memory")))
	begun := make(chan struct{})
	var once sync.Once
	if err := h.OnEvent("results", host.HandlerOptions{}, func(ctx context.Context, _ host.Event) error {
		once.Do(func() { close(begun) })
		<-ctx.Done()
		return ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}
	j := ended(t, saved(t, h, "Default"), p, scheduler.Job{}, succeeded)
	<-begun
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	h = open(t, dir, drivers(p.plugin("memory")))
	told := make(chan host.Event, 100)
	if err := h.OnEvent("results", host.HandlerOptions{}, func(_ context.Context, e host.Event) error { told <- e; return nil }); err != nil {
		t.Fatal(err)
	}
	heard(t, told, j.ID)
}

// There: whoever processed results held up a web worker, and the news of other jobs. Here: a handler that takes its time holds up neither states nor the handling of
// other jobs.
func TestTethysC16aAHandlerHoldsNothingUp(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	slow, told := make(chan struct{}), make(chan host.Event, 100)
	if err := h.OnEvent("results", host.HandlerOptions{}, func(ctx context.Context, e host.Event) error {
		if job, err := h.GetJob(ctx, e.Job); err != nil || job.Name != "slow" {
			told <- e
			return err
		}
		select {
		case <-slow:
		case <-ctx.Done():
		}
		return ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}
	defer close(slow)
	ended(t, s, p, scheduler.Job{Name: "slow"}, succeeded)
	quick := ended(t, s, p, scheduler.Job{Name: "quick"}, succeeded)
	heard(t, told, quick.ID)
}

// There: a job whose results could not be processed was Complete, with the error's text as its result. Here: how it ended stays, and the failure stands where failures of
// handlers stand.
func TestTethysC16cAFailedHandlerIsNoState(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	if err := h.OnEvent("results", host.HandlerOptions{Attempts: 1}, func(context.Context, host.Event) error { panic("no such column") }); err != nil {
		t.Fatal(err)
	}
	j := ended(t, s, p, scheduler.Job{}, scheduler.Status{State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}})
	now := until(t, j, "given up", func(*host.Job) bool {
		letters, err := h.ListDeadLetters(t.Context(), "results", "", 0)
		return err == nil && len(letters) == 1
	})
	if now.State != scheduler.Failed || now.Reason != "exit code 3" {
		t.Errorf("the handler changed the job: %+v", now)
	}
}

// The pages of what was given up go on although the scheduler at which a page ended has been deleted.
func TestDeadLettersOfASchedulerThatGoes(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	schedulers := map[string]*host.Scheduler{"one": saved(t, h, "one"), "two": saved(t, h, "two")}
	o := host.HandlerOptions{Attempts: 1}
	if err := h.OnEvent("results", o, func(context.Context, host.Event) error { return errors.New("no") }); err != nil {
		t.Fatal(err)
	}
	page := func(after string, limit int) []host.DeadLetter {
		letters, err := h.ListDeadLetters(t.Context(), "results", after, limit)
		if err != nil {
			t.Fatal(err)
		}
		return letters
	}
	var j *host.Job
	for _, s := range schedulers {
		j = ended(t, s, p, scheduler.Job{}, succeeded)
	}
	until(t, j, "given up", func(*host.Job) bool { return len(page("", 0)) == 2 })
	first := page("", 1)[0]
	if err := schedulers[first.Event.Scheduler].Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rest := page(first.ID, 0); len(rest) != 1 || rest[0].Event.Scheduler == first.Event.Scheduler {
		t.Errorf("after the first one: %+v", rest)
	}
}
