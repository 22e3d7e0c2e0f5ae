package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The tests of this file have the numbers of the defects of Tethys' own driver (condorpy) that they rule out.

// C1: who has a password and no key could not log in.
func TestTethysC01PasswordOnly(t *testing.T) {
	t.Parallel()
	s := condor(t).SSH()
	d := open(t, Config{Host: s.Host, Port: s.Port, Username: "ben", Password: sdk.Secret(s.Users["ben"].Password), KnownHosts: s.KnownHosts})
	ref := submit(t, d, scheduler.Job{Command: "echo", Args: []string{"in"}})
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
}

// C4: JobStatus 6 and 7 were errors.
func TestTethysC04EachJobStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]scheduler.State{
		statusIdle: scheduler.Queued, statusRunning: scheduler.Running, statusRemoved: scheduler.Cancelled, statusHeld: scheduler.Held,
		statusTransferring: scheduler.Running, statusSuspended: scheduler.Suspended,
	} {
		if s, ok := (jobAd{ClusterID: 1, Token: "t", Tasks: 1, JobStatus: status}).status(status == statusRemoved); !ok || s.State != want {
			t.Errorf("JobStatus %d is %+v, %v", status, s, ok)
		}
	}
	code := 3
	if s, ok := (jobAd{JobStatus: statusCompleted, ExitCode: &code}).status(true); !ok || s.State != scheduler.Failed {
		t.Errorf("%+v", s)
	}
}

// C5: a job that the pool no longer knew was submitted for ever.
func TestTethysC05VanishedJob(t *testing.T) {
	t.Parallel()
	d := ben(t)
	if s := query(t, d, scheduler.Ref{ID: "4000000.0", Token: newToken(), Tasks: 1})[0]; s.State != scheduler.Lost || s.Reason == "" {
		t.Errorf("%+v", s)
	}
}

// C6: a job that was held was an error; an array whose rest was held was cleared away.
func TestTethysC06HeldIsKept(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := sh("exit 0", "cat data; exit 0")
	job.Inputs, job.Options = []scheduler.Input{{Name: "data", Data: []byte("precious")}}, map[string]any{"requirements": "ProcId == 0 || ReleaseReason isnt undefined"}
	ref := submit(t, d, job)
	await(t, d, scheduler.Ref{ID: ref.ID, Token: ref.Token, Tasks: 1}, "succeeded", in(scheduler.Succeeded))
	holdAll(t, d, ref)
	limitHeld := func(s scheduler.Status) bool {
		return s.Task == 0 && s.State == scheduler.Succeeded || s.Task == 1 && heldWithReason(s) && s.Cause == scheduler.CauseUser
	}
	await(t, d, ref, "succeeded, and held", limitHeld)
	wantFault(t, d.Remove(t.Context(), []scheduler.Ref{ref}), fault.Conflict)
	releaseAll(t, d, ref)
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	if got := stdout(t, d, ref, 1); got != "precious" {
		t.Errorf("it found %q", got)
	}
}

// C7: submitting a job again deleted what the first had been given and had left.
func TestTethysC07SubmittedAgain(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Command: "cat", Args: []string{"data"}, Inputs: []scheduler.Input{{Name: "data", Data: []byte("x")}}}
	first, second := submit(t, d, job), submit(t, d, job)
	for _, ref := range []scheduler.Ref{first, second} {
		await(t, d, ref, "succeeded", in(scheduler.Succeeded))
		if got := stdout(t, d, ref, 0); got != "x" {
			t.Errorf("it wrote %q", got)
		}
	}
	if err := d.Remove(t.Context(), []scheduler.Ref{second}); err != nil {
		t.Fatal(err)
	}
	if got := stdout(t, d, first, 0); got != "x" {
		t.Errorf("the first has lost what it wrote: %q", got)
	}
}

// C8: logs could never be had.
func TestTethysC08Logs(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, sh("echo out0; echo err0 >&2", "echo out1; echo err1 >&2"))
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	for task, want := range []string{"out0\nerr0\n", "out1\nerr1\n"} {
		var b strings.Builder
		b.WriteString(stdout(t, d, ref, task))
		if err := d.Logs(t.Context(), ref, scheduler.LogOptions{Task: task, Stream: scheduler.Stderr}, &b); err != nil || b.String() != want {
			t.Errorf("task %d: %q, %v", task, b.String(), err)
		}
	}
}

// C13: two jobs with one command and the same arguments were taken for each other.
func TestTethysC13TwinsAreTwo(t *testing.T) {
	t.Parallel()
	d := ben(t)
	twin := func() scheduler.Job { return scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}} }
	jobs := []scheduler.Job{twin(), twin()}
	ids := insistAll(t, d, jobs)
	a, b := scheduler.Ref{ID: ids[jobs[0].Token], Token: jobs[0].Token, Tasks: 1}, scheduler.Ref{ID: ids[jobs[1].Token], Token: jobs[1].Token, Tasks: 1}
	if a.ID == b.ID {
		t.Fatalf("both are %s", a.ID)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{a}); err != nil {
		t.Fatal(err)
	}
	await(t, d, a, "cancelled", in(scheduler.Cancelled))
	await(t, d, b, "running", in(scheduler.Running))
	if err := d.Cancel(t.Context(), []scheduler.Ref{b}); err != nil {
		t.Fatal(err)
	}
}

// C14: what condor_submit said was not understood, and taken for success.
func TestTethysC14AnswerThatIsNone(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	c.Tools = "/home/ben/" + newToken()
	onPoint(t, "ben", "mkdir -p "+c.Tools+" && cd "+c.Tools+` && printf '#!/bin/sh\necho "Welcome to the pool"\n' >condor_submit && chmod +x condor_submit && for t in condor_q condor_history; do ln -s /usr/bin/$t .; done`)
	job := scheduler.Job{Token: newToken(), Command: "true"}
	_, err := open(t, c).Submit(t.Context(), job)
	wantFault(t, err, fault.Unavailable, "Welcome to the pool")
	c.Tools = ""
	wantOne(t, job.Token, insist(t, open(t, c), job))
}
