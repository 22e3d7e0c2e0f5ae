package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A cancel that the schedd has not taken is told, so that it is asked for again.
func TestCancelThatTheScheddHasNotTaken(t *testing.T) {
	t.Parallel()
	tools := "/srv/" + newToken()
	onPoint(t, "root", "mkdir "+tools+" && printf '#!/bin/sh\\necho \"ERROR: Can'\"'\"'t find address of local schedd\" >&2\\nexit 1\\n' >"+tools+"/condor_rm && chmod -R 755 "+tools)
	c := account(t, "ben")
	c.Tools = tools
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"60"}})
	wantFault(t, d.Cancel(t.Context(), []scheduler.Ref{ref}), fault.Unavailable, "Can't find address")
	if err := ben(t).Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

func TestCancel(t *testing.T) {
	t.Parallel()
	d := ben(t)
	running := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "sleep 1000 & sleep 1000"}})
	queued := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}, Resources: scheduler.Resources{CPUs: 1000}, Array: &scheduler.Array{Count: 3}})
	done := submit(t, d, scheduler.Job{Command: "true"})
	await(t, d, running, "running", in(scheduler.Running))
	await(t, d, done, "succeeded", in(scheduler.Succeeded))
	never := scheduler.Ref{ID: "4000000", Token: newToken(), Tasks: 1}
	// Once, again, by the token alone, and in between what has ended and what never was.
	for range 2 {
		byToken := running
		byToken.ID = ""
		if err := d.Cancel(t.Context(), []scheduler.Ref{byToken, done, never, queued}); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []scheduler.Ref{running, queued} {
		for _, s := range await(t, d, ref, "cancelled", in(scheduler.Cancelled)) {
			if !strings.Contains(s.Reason, "condor_rm") || !strings.Contains(s.Reason, "ben") {
				t.Errorf("%+v", s)
			}
		}
		for _, s := range watchUntilEnd(t, d, ref) {
			if s.State != scheduler.Cancelled {
				t.Errorf("%+v", s)
			}
		}
	}
	await(t, d, done, "succeeded", in(scheduler.Succeeded))
	if err := d.Cancel(t.Context(), []scheduler.Ref{running, queued}); err != nil {
		t.Error(err)
	}
}

// An array that comes into being little by little: its tasks are all there from the first moment, and all cancelled at once.
func TestBigArray(t *testing.T) {
	t.Parallel()
	d := ada(t)
	const tasks = 10_000
	begin := time.Now()
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}, Array: &scheduler.Array{Count: tasks}, Resources: scheduler.Resources{CPUs: most}})
	t.Logf("%d tasks submitted in %v", tasks, time.Since(begin))
	await(t, d, ref, "in the queue", func(s scheduler.Status) bool { return s.State == scheduler.Queued || s.State == scheduler.Running })
	runs := 0
	if err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(scheduler.Status) error { runs++; return nil }); err != nil || runs > 300 {
		t.Errorf("%d tasks are told by %d statuses: %v", tasks, runs, err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for how, all := range map[string][]scheduler.Status{
		"watch": watchUntilEnd(t, d, ref),
		"query": await(t, d, ref, "cancelled", in(scheduler.Cancelled)),
	} {
		for i, s := range all {
			if s.State != scheduler.Cancelled || s.Reason == "" {
				t.Fatalf("%s: task %d: %+v", how, i, s)
			}
		}
	}
}
