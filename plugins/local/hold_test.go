package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func (p *pool) hold(refs ...scheduler.Ref) {
	p.t.Helper()
	if err := p.Hold(p.t.Context(), refs); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pool) release(refs ...scheduler.Ref) {
	p.t.Helper()
	if err := p.Release(p.t.Context(), refs); err != nil {
		p.t.Fatal(err)
	}
}

// waitFor waits until so many of the job's tasks are in the state, first as Query tells it and then as Watch does.
func (p *pool) waitFor(ref scheduler.Ref, state scheduler.State, count int) {
	p.t.Helper()
	eventually(p.t, string(state), func() bool { return p.count(ref)[state] == count })
	told := make([]scheduler.State, ref.Tasks)
	err := p.Watch(p.t.Context(), "", func(e scheduler.Event) error {
		if e.Status.Token == ref.Token {
			for i := range e.Status.Count {
				told[e.Status.Task+i] = e.Status.State
			}
		}
		n := 0
		for _, s := range told {
			if s == state {
				n++
			}
		}
		if n == count {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		p.t.Fatal(err)
	}
}

func TestHoldKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	gate := filepath.Join(t.TempDir(), "gate")
	held := p.submit(array(shell(`until [ -e "$1" ]; do sleep 0.01; done`, gate), 100))
	p.waitFor(held, scheduler.Running, 2)
	behind := p.submit(shell("exit 0"))
	p.hold(held, held)
	p.hold(held, behind)
	p.waitFor(held, scheduler.Held, 98)
	p.waitFor(behind, scheduler.Held, 1)
	for _, s := range p.query(held) {
		if s.State == scheduler.Held && s.Reason == "" {
			t.Errorf("%+v", s)
		}
	}
	// What is held hinders nobody behind it, and nothing of it begins when there is room.
	p.release(behind)
	open(t, gate)
	if s := p.wait(behind)[0]; s.State != scheduler.Succeeded {
		t.Errorf("%+v", s)
	}
	p.run(shell("exit 0"))
	p.waitFor(held, scheduler.Succeeded, 2)
	p.waitFor(held, scheduler.Held, 98)
	p.release(held)
	for i, s := range p.wait(held) {
		if s.State != scheduler.Succeeded {
			t.Fatalf("task %d: %+v", i, s)
		}
	}
	// What has ended and what nobody knows stays as it is, and no note of it.
	p.hold(held, scheduler.Ref{Token: newToken(), Tasks: 1}, scheduler.Ref{ID: "../../etc", Token: "x"})
	p.release(held, behind)
	if got := p.count(held); got[scheduler.Succeeded] != 100 {
		t.Errorf("what had succeeded is %v", got)
	}
	eventually(t, "the notes to go", func() bool {
		notes, err := os.ReadDir(p.folder.control(""))
		return err == nil && len(notes) == 1
	})
}

func TestCancelOfWhatIsHeld(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	first, second := p.submit(shell("sleep 1000")), p.submit(array(shell("exit 0"), 5))
	p.hold(second)
	p.waitFor(second, scheduler.Held, 5)
	if err := p.Cancel(t.Context(), []scheduler.Ref{first, second}); err != nil {
		t.Fatal(err)
	}
	for i, s := range append(p.wait(first), p.wait(second)...) {
		if s.State != scheduler.Cancelled {
			t.Errorf("%d: %+v", i, s)
		}
	}
}

// Of a job that is submitted and cancelled at the same time, by a host that does not know whether it was, it becomes one or the other.
func TestCancelledBeforeItIsSubmitted(t *testing.T) {
	t.Parallel()
	p := newPool(t, 4)
	other := openPool(t, p.folder.path, 4)
	ways := make(map[bool]int)
	for i := range 60 {
		job := shell("sleep 1000")
		job.Inputs = []scheduler.Input{{Name: "in", Size: 2}}
		if err := p.Upload(t.Context(), job.Token, job.Inputs[0], strings.NewReader("in")); err != nil {
			t.Fatal(err)
		}
		ref := scheduler.Ref{Token: job.Token, Tasks: 1}
		submit := func() error { _, err := p.Submit(t.Context(), job); return err }
		cancel := func() error { return other.Cancel(t.Context(), []scheduler.Ref{ref}) }
		var submitted, cancelled error
		var both sync.WaitGroup
		if i%10 == 0 {
			cancelled, submitted = cancel(), submit()
		} else {
			both.Go(func() { submitted = submit() })
			both.Go(func() { cancelled = cancel() })
		}
		both.Wait()
		if cancelled != nil || submitted != nil && !errors.Is(submitted, fault.Conflict) {
			t.Fatalf("submit: %v; cancel: %v", submitted, cancelled)
		}
		ways[submitted == nil]++
		eventually(t, "it to be cancelled", func() bool { return p.count(ref)[scheduler.Cancelled] == 1 })
		if err := submit(); (err == nil) != (submitted == nil) {
			t.Errorf("submitted first: %v; and later: %v", submitted, err)
		}
		if s := p.query(ref)[0]; s.State != scheduler.Cancelled || s.Reason == "" || s.Token != job.Token {
			t.Errorf("%+v", s)
		}
	}
	t.Logf("submitted and then cancelled: %d, cancelled before: %d", ways[true], ways[false])
	for _, dir := range []string{p.folder.uploads(""), p.folder.staging()} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", dir, left, err)
		}
	}
}

// Of a job that is being submitted nothing can be said: it is not lost.
func TestBeingSubmittedIsNotLost(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	ref := scheduler.Ref{Token: newToken(), Tasks: 1}
	note, err := lockShared(p.folder.control(ref.Token))
	if err != nil {
		t.Fatal(err)
	}
	if told := p.query(ref); len(told) != 0 {
		t.Errorf("told %+v", told)
	}
	note.Close()
	if told := p.query(ref); len(told) != 1 || told[0].State != scheduler.Lost {
		t.Errorf("told %+v", told)
	}
	job := shell("exit 0")
	known := p.submit(job)
	p.wait(known)
	ref.Token = job.Token
	if told := p.query(ref); len(told) != 1 || told[0].ID != known.ID || told[0].State != scheduler.Succeeded {
		t.Errorf("by its token alone it is %+v", told)
	}
}
