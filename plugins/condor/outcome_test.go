package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// sh is a job of shell commands, a line of them for each task.
func sh(lines ...string) scheduler.Job {
	job := scheduler.Job{Command: "/bin/sh", Args: []string{"-c", `eval "$1"`, "sh"}, Array: &scheduler.Array{Count: len(lines)}}
	for _, line := range lines {
		job.Array.Args = append(job.Array.Args, []string{line})
	}
	return job
}

// What Watch tells of a task and what Query does are the same, and exact; with outputs as well, which HTCondor 25 has the task's script pack.
func TestExitCodesAndSignals(t *testing.T) {
	t.Parallel()
	d := ben(t)
	tests := []struct {
		line  string
		state scheduler.State
		exit  scheduler.Exit
		says  string
	}{
		{"exit 0", scheduler.Succeeded, scheduler.Exit{}, ""},
		{"exit 3", scheduler.Failed, scheduler.Exit{Code: 3}, "exit code 3"},
		{"exit 137", scheduler.Failed, scheduler.Exit{Code: 137}, "exit code 137"},
		{"kill -KILL $$", scheduler.Failed, scheduler.Exit{Signal: 9}, "SIGKILL"},
		{"kill -SEGV $$", scheduler.Failed, scheduler.Exit{Signal: 11}, "SIGSEGV"},
		{"exec /no/such/program", scheduler.Failed, scheduler.Exit{Code: 127}, "not found"},
		{"exit 255", scheduler.Failed, scheduler.Exit{Code: 255}, "exit code 255"},
	}
	var lines []string
	for _, test := range tests {
		lines = append(lines, test.line)
	}
	for name, outputs := range map[string][]string{"": nil, "with outputs, ": {"out"}} {
		job := sh(lines...)
		job.Outputs = outputs
		ref := submit(t, d, job)
		for how, all := range map[string][]scheduler.Status{
			"watch": watchUntilEnd(t, d, ref),
			"query": await(t, d, ref, "ended", ended),
		} {
			for i, test := range tests {
				s := all[i]
				if s.State != test.state || s.Exit == nil || *s.Exit != test.exit || !strings.Contains(s.Reason, test.says) || s.Token != ref.Token || s.ID != ref.ID {
					t.Errorf("%s%s: %s: %+v, exit %+v", name, how, test.line, s, s.Exit)
				}
			}
		}
	}
}

func TestCommandThatIsNotThere(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "no-such-command", Outputs: []string{"x"}})
	s := await(t, d, ref, "ended", ended)[0]
	if s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 127 || !strings.Contains(s.Reason, "not found") {
		t.Errorf("%+v", s)
	}
}

func TestHeldAndReleased(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"2"}})
	lab := condor(t)
	if _, err := lab.Run(t.Context(), "ben", "condor_hold", "-reason", "to look at it", string(ref.ID)); err != nil {
		t.Fatal(err)
	}
	s := await(t, d, ref, "held", in(scheduler.Held))[0]
	if !strings.Contains(s.Reason, "to look at it") || !strings.Contains(s.Native, "HoldReasonCode 1") {
		t.Errorf("query: %+v", s)
	}
	told := events(t, d, "", func(e scheduler.Event) bool { return e.Status.Token == ref.Token && e.Status.State == scheduler.Held })
	if s := told[len(told)-1].Status; !strings.Contains(s.Reason, "to look at it") || !strings.Contains(s.Native, "HoldReasonCode 1") {
		t.Errorf("watch: %+v", s)
	}
	if _, err := lab.Run(t.Context(), "ben", "condor_release", string(ref.ID)); err != nil {
		t.Fatal(err)
	}
	told = events(t, d, told[len(told)-1].Cursor, func(e scheduler.Event) bool { return e.Status.Token == ref.Token && e.Status.State.Terminal() })
	if got := briefly(told); !strings.Contains(strings.Join(got, ","), "queued") || told[len(told)-1].Status.State != scheduler.Succeeded {
		t.Errorf("after the release: %q", got)
	}
}

// What HTCondor itself cannot do with a job is told as held, with its code.
func TestHeldByHTCondor(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Token: newToken(), Command: "true", Inputs: []scheduler.Input{{Name: "data", Data: []byte("x")}}}
	if err := d.Upload(t.Context(), job.Token, job.Inputs[0], strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	job.Inputs[0].Size = 1
	// Its script disappears between the submission and the run.
	job.Resources.CPUs = most
	blocker := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"3"}, Resources: scheduler.Resources{CPUs: most}})
	await(t, d, blocker, "running", in(scheduler.Running))
	ref := submit(t, d, job)
	if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "rm ~/.oceanid/jobs/"+job.Token+"/task.sh"); err != nil {
		t.Fatal(err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{blocker}); err != nil {
		t.Fatal(err)
	}
	s := await(t, d, ref, "held", in(scheduler.Held))[0]
	if !strings.Contains(s.Native, "HoldReasonCode 13") || !strings.Contains(s.Reason, "task.sh") {
		t.Errorf("%+v", s)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

func TestRunTimeLimit(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := sh("exec sleep 60", "true")
	job.Resources.RunTime = 2 * time.Second
	ref := submit(t, d, job)
	for how, all := range map[string][]scheduler.Status{
		"watch": watchUntilEnd(t, d, ref),
		"query": await(t, d, ref, "ended", ended),
	} {
		for _, s := range all[:1] {
			if s.State != scheduler.Failed || s.Exit != nil || !strings.Contains(s.Reason, "longer than its limit of 2s") {
				t.Errorf("%s: %+v", how, s)
			}
		}
		if all[1].State != scheduler.Succeeded {
			t.Errorf("%s: the task that kept to it: %+v", how, all[1])
		}
	}
}

func TestLostIsWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	d := ben(t)
	known := submit(t, d, scheduler.Job{Command: "true"})
	await(t, d, known, "succeeded", in(scheduler.Succeeded))
	unknown := scheduler.Ref{ID: "4000000", Token: newToken(), Tasks: 2}
	// The number of another's job is not enough.
	stranger := scheduler.Ref{ID: known.ID, Token: newToken(), Tasks: 1}
	found := make(map[string]scheduler.Status)
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{unknown, known, stranger}}, func(s scheduler.Status) error {
		found[s.Token] = s
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []scheduler.Ref{unknown, stranger} {
		if s := found[ref.Token]; s.State != scheduler.Lost || s.Reason == "" || max(s.Count, 1) != ref.Tasks {
			t.Errorf("%+v", s)
		}
	}
	if s := found[known.Token]; s.State != scheduler.Succeeded {
		t.Errorf("%+v", s)
	}
}

// Where queue and history have forgotten a job, the event log still tells.
func TestEventLogIsAWitness(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	d := open(t, c)
	p, err := d.at(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ref := scheduler.Ref{ID: "987655", Token: newToken(), Tasks: 600}
	script := `mkdir -p jobs/` + ref.Token + ` && echo 987655 ` + ref.Token + ` 600 >>clusters && cat >>events/1.log <<'X'
005 (987655.000.000) 2026-11-22 16:10:47 Job terminated.
	(1) Normal termination (return value 4)
...
005 (987654.001.000) 2026-11-22 16:10:47 Job terminated.
	(1) Normal termination (return value 5)
...
009 (987655.002.000) 2026-11-22 16:10:48 Job was aborted.
	via condor_rm (by user eve)
...
036 (987655.-01.000) 2026-11-22 16:10:49 Cluster removed
	Materialized 3 jobs from 0 items.	Incomplete
...
X`
	if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "cd "+p.dir+" && "+script); err != nil {
		t.Fatal(err)
	}
	all := query(t, d, ref)
	if s := all[0]; s.State != scheduler.Failed || s.Exit.Code != 4 {
		t.Errorf("task 0: %+v", s)
	}
	if s := all[1]; s.State != scheduler.Lost {
		t.Errorf("task 1: %+v", s)
	}
	if s := all[2]; s.State != scheduler.Cancelled || !strings.Contains(s.Reason, "eve") {
		t.Errorf("task 2: %+v", s)
	}
	if s := all[599]; s.State != scheduler.Cancelled || s.Count != 597 {
		t.Errorf("task 599: %+v", s)
	}
}

// A network that is down is no news of a job.
func TestTransportErrorIsNeverAState(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 0)
	d := open(t, p.through(t, account(t, "ben")))
	ref := submit(t, d, scheduler.Job{Command: "true"})
	p.listener.Close()
	p.cut()
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		t.Errorf("told %+v", s)
		return nil
	})
	wantFault(t, err, fault.Unavailable, "127.0.0.1")
	wantFault(t, d.Cancel(t.Context(), []scheduler.Ref{ref}), fault.Unavailable)
	wantFault(t, d.Watch(t.Context(), "", func(scheduler.Event) error { return nil }), fault.Unavailable)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Watch(ctx, "", nil); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a watch that was given up ends with %v", err)
	}
}
