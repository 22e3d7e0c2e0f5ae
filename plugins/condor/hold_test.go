package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// told is what Watch has told of a job's tasks.
type told struct {
	t *testing.T

	mu    sync.Mutex
	tasks []scheduler.Status
}

// watching follows the job until the test ends.
func watching(t *testing.T, d *driver, ref scheduler.Ref) *told {
	t.Helper()
	w := &told{t: t, tasks: make([]scheduler.Status, ref.Tasks)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := d.Watch(ctx, "", func(e scheduler.Event) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if e.Status.Token == ref.Token {
				for i := range e.Status.Count {
					w.tasks[e.Status.Task+i] = e.Status
				}
			}
			return nil
		})
		if ctx.Err() == nil {
			t.Errorf("watch: %v", err)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return w
}

// await waits until each task is told as wanted.
func (w *told) await(what string, wanted func(scheduler.Status) bool) {
	w.t.Helper()
	all := func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, s := range w.tasks {
			if !wanted(s) {
				return false
			}
		}
		return true
	}
	for limit := time.Now().Add(patience); !all(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.t.Fatalf("the tasks are not told as %s but as %+v", what, w.tasks)
		}
	}
}

func holdAll(t *testing.T, d *driver, refs ...scheduler.Ref) {
	t.Helper()
	if err := d.Hold(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}

func releaseAll(t *testing.T, d *driver, refs ...scheduler.Ref) {
	t.Helper()
	if err := d.Release(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}

// heldWithReason is a task that says by whom it is held.
func heldWithReason(s scheduler.Status) bool {
	return s.State == scheduler.Held && strings.Contains(s.Reason, "Oceanid") && s.Native != ""
}

// What waits is held and what runs is not; released, it runs.
func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	d := ben(t)
	gate := "/srv/" + newToken()
	ref := submit(t, d, scheduler.Job{
		Command: "sh", Args: []string{"-c", "until [ -e " + gate + " ]; do sleep 0.1; done"},
		// One of them takes most of the pool, so that the other waits.
		Array: &scheduler.Array{Count: 2}, Resources: scheduler.Resources{CPUs: most},
	})
	watched := watching(t, d, ref)
	one := func(state scheduler.State) func(scheduler.Status) bool {
		return func(s scheduler.Status) bool { return s.State == scheduler.Running || s.State == state }
	}
	running := func(s scheduler.Status) bool { return s.State == scheduler.Running }
	for limit := time.Now().Add(patience); !slices.ContainsFunc(query(t, d, ref), running); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("none runs")
		}
	}
	holdAll(t, d, ref, ref)
	holdAll(t, d, ref)
	states := make(map[scheduler.State]int)
	for _, s := range await(t, d, ref, "held or running", one(scheduler.Held)) {
		states[s.State]++
		if s.State == scheduler.Held && !heldWithReason(s) {
			t.Errorf("%+v", s)
		}
	}
	if states[scheduler.Running] != 1 || states[scheduler.Held] != 1 {
		t.Errorf("of two tasks of which one ran, %v", states)
	}
	watched.await("held or running", one(scheduler.Held))
	releaseAll(t, d, ref)
	await(t, d, ref, "queued or running", one(scheduler.Queued))
	watched.await("queued or running", one(scheduler.Queued))
	if _, err := condor(t).Run(t.Context(), "root", "touch", gate); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	watched.await("succeeded", in(scheduler.Succeeded))
	// What has ended has ended, and what nobody knows is none of the pool's.
	unknown := scheduler.Ref{Token: newToken(), Tasks: 1}
	holdAll(t, d, ref, unknown)
	releaseAll(t, d, ref, unknown)
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
}

// An array that comes into being little by little is held with the tasks that are not made yet.
func TestHoldFactory(t *testing.T) {
	t.Parallel()
	d := ada(t)
	ref := submit(t, d, scheduler.Job{Command: "true", Array: &scheduler.Array{Count: 3000}, Resources: scheduler.Resources{Memory: 1 << 50}})
	watched := watching(t, d, ref)
	// Each is waited for in the log as well: a schedd that is still at what was asked before writes no event of it when the next thing comes.
	for round := range 3 {
		await(t, d, ref, "queued", in(scheduler.Queued))
		watched.await("queued", in(scheduler.Queued))
		holdAll(t, d, ref)
		await(t, d, ref, "held", heldWithReason)
		watched.await("held", heldWithReason)
		if round < 2 {
			releaseAll(t, d, ref)
		}
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
	watched.await("cancelled", in(scheduler.Cancelled))
}

// Whoever has held a job, it can be released; and another user's job is not ours, whatever its token.
func TestReleaseWhatTheOwnerHeld(t *testing.T) {
	t.Parallel()
	d, other := ben(t), ada(t)
	job := scheduler.Job{Token: newToken(), Command: "true", Resources: scheduler.Resources{Memory: 1 << 50}}
	ref, theirs := submit(t, d, job), submit(t, other, job)
	holdAll(t, d, ref)
	await(t, d, ref, "held", heldWithReason)
	await(t, other, theirs, "queued", in(scheduler.Queued))
	releaseAll(t, d, ref)
	await(t, d, ref, "queued", in(scheduler.Queued))
	if out, err := condor(t).Run(t.Context(), "ben", "condor_hold", "-reason", "lunch", string(ref.ID)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if s := await(t, d, ref, "held", in(scheduler.Held))[0]; !strings.Contains(s.Reason, "lunch") {
		t.Errorf("%+v", s)
	}
	// The host may not know whether the submission came through.
	ref.ID = ""
	releaseAll(t, d, ref)
	await(t, d, ref, "queued", in(scheduler.Queued))
	for d, ref := range map[*driver]scheduler.Ref{d: ref, other: theirs} {
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Error(err)
		}
	}
}
