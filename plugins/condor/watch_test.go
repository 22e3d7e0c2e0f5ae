package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var errEnough = errors.New("enough")

// watchUntilEnd watches, reconnecting as a host does, until all tasks of the job have ended, and returns their last states.
func watchUntilEnd(t *testing.T, d *driver, ref scheduler.Ref) []scheduler.Status {
	t.Helper()
	return watchAllUntilEnd(t, d, []scheduler.Ref{ref})[ref.Token]
}

// watchAllUntilEnd is watchUntilEnd for many jobs, by their tokens.
func watchAllUntilEnd(t *testing.T, d *driver, refs []scheduler.Ref) map[string][]scheduler.Status {
	t.Helper()
	all := make(map[string][]scheduler.Status)
	open := 0
	for _, ref := range refs {
		all[ref.Token] = make([]scheduler.Status, ref.Tasks)
		open += ref.Tasks
	}
	var cursor scheduler.Cursor
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		err := d.Watch(ctx, cursor, func(e scheduler.Event) error {
			cursor = e.Cursor
			if tasks := all[e.Status.Token]; e.Reset == "" && tasks != nil {
				for i := e.Status.Task; i < e.Status.Task+e.Status.Count; i++ {
					if tasks[i].State.Terminal() {
						continue
					}
					if tasks[i] = e.Status; e.Status.State.Terminal() {
						open--
					}
				}
			}
			if open == 0 {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return all
		}
		if fault.Of(err) != fault.Unavailable {
			t.Errorf("watch: %v", err)
			return all
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("watch: %v; %d tasks have not ended: %+v", ctx.Err(), open, all)
	return all
}

// events are those that Watch tells from the cursor on, up to the one that is last.
func events(t *testing.T, d *driver, from scheduler.Cursor, last func(scheduler.Event) bool) []scheduler.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all []scheduler.Event
	err := d.Watch(ctx, from, func(e scheduler.Event) error {
		all = append(all, e)
		if last(e) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("watch from %q: %v after %d events", from, err, len(all))
	}
	return all
}

func brief(e scheduler.Event) string {
	return fmt.Sprintf("%s %d %s %s", e.Status.Token, e.Status.Task, e.Status.State, e.Reset)
}

// From each cursor the rest is told, neither more nor less, by another driver as well.
func TestWatchGoesOnFromEachCursor(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken() // a log of its own: no other test's events in it
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "exit $OCEANID_TASK_INDEX"}, Array: &scheduler.Array{Count: 3}})
	ends := 0
	whole := events(t, d, "", func(e scheduler.Event) bool {
		if e.Status.State.Terminal() {
			ends++
		}
		return ends == 3
	})
	if len(whole) < 9 || len(whole) > 12 {
		t.Errorf("%d events of 3 tasks", len(whole))
	}
	last := whole[len(whole)-1]
	again := open(t, c)
	for i, e := range whole[:len(whole)-1] {
		if e.Status.ID != ref.ID || e.Status.Token != ref.Token || e.Status.Time.IsZero() {
			t.Errorf("event %+v", e)
		}
		rest := events(t, again, e.Cursor, func(e scheduler.Event) bool { return e.Cursor == last.Cursor })
		if got, want := briefly(rest), briefly(whole[i+1:]); !slices.Equal(got, want) {
			t.Fatalf("after %q:\n got %q\nwant %q", e.Cursor, got, want)
		}
	}
	// From the last one on there is nothing, until there is.
	next := submit(t, d, scheduler.Job{Command: "true"})
	first := events(t, again, last.Cursor, func(scheduler.Event) bool { return true })[0]
	if first.Status.Token != next.Token || first.Status.State != scheduler.Queued {
		t.Errorf("the next event is %+v", first)
	}
}

func briefly(all []scheduler.Event) []string {
	var out []string
	for _, e := range all {
		out = append(out, brief(e))
	}
	return out
}

func TestWatchTellsALogThatWasReplaced(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	d := open(t, c)
	submit(t, d, scheduler.Job{Command: "true"})
	begin := events(t, d, "", func(e scheduler.Event) bool { return e.Status.State.Terminal() })
	cursor := begin[len(begin)-1].Cursor
	for name, damage := range map[string]string{
		"removed":   "rm",
		"truncated": "truncate -s 10",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			told := make(chan scheduler.Event, 100)
			watching := make(chan error, 1)
			go func() {
				watching <- d.Watch(ctx, cursor, func(e scheduler.Event) error {
					told <- e
					return nil
				})
			}()
			until := func(what string, wanted func(scheduler.Event) bool) {
				t.Helper()
				for {
					select {
					case e := <-told:
						cursor = e.Cursor
						if wanted(e) {
							return
						}
					case err := <-watching:
						t.Fatalf("waiting for %s: watch: %v", what, err)
					}
				}
			}
			before := submit(t, d, scheduler.Job{Command: "true"})
			until("a job's end", func(e scheduler.Event) bool { return e.Status.Token == before.Token && e.Status.State.Terminal() })
			if _, err := condor(t).Run(ctx, "ben", "sh", "-c", damage+" "+c.Directory+"/events/1.log"); err != nil {
				t.Fatal(err)
			}
			until("the reset", func(e scheduler.Event) bool { return e.Reset != "" })
			after := submit(t, d, scheduler.Job{Command: "true"})
			until("the end of a job in the new log", func(e scheduler.Event) bool { return e.Status.Token == after.Token && e.Status.State.Terminal() })
			cancel()
			if err := <-watching; !errors.Is(err, context.Canceled) {
				t.Errorf("watch ended with %v", err)
			}
		})
	}
	// A cursor of a log that is gone.
	reset := events(t, d, begin[0].Cursor, func(scheduler.Event) bool { return true })[0]
	if reset.Reset == "" || reset.Cursor == "" {
		t.Errorf("an old cursor gives %+v", reset)
	}
	if reset := events(t, d, "nonsense", func(scheduler.Event) bool { return true })[0]; reset.Reset == "" || reset.Cursor == "" {
		t.Errorf("a cursor that never was gives %+v", reset)
	}
}

// Whoever stops watching leaves nothing behind on the access point.
func TestWatchLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	c := account(t, "dee")
	d := open(t, c)
	submit(t, d, scheduler.Job{Command: "true"})
	events(t, d, "", func(scheduler.Event) bool { return true })
	limit := time.Now().Add(patience)
	for {
		out, err := condor(t).Run(t.Context(), "root", "pgrep", "-u", "dee", "-x", "tail|cat")
		if err != nil {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("still there: %s", strings.TrimSpace(string(out)))
		}
		time.Sleep(50 * time.Millisecond)
	}
}
