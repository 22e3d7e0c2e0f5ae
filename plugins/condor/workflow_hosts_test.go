package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Where a task ran is told with its end, by Watch and by Query, of nodes and of the tasks of arrays: the event of the end itself does not say it.
func TestEndsTellWhereTasksRan(t *testing.T) {
	t.Parallel()
	d := ben(t)
	flow := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{
		{Name: "two", Job: arrayOf("true", 2)}, {Name: "judged", Job: sh("true"), Post: &scheduler.Command{Command: "/bin/true"}}, run("bad", "exit 3"),
	}})
	array := submit(t, d, arrayOf("true", 2))
	for name, ref := range map[string]scheduler.Ref{"workflow": flow, "array": array} {
		for how, all := range map[string][]scheduler.Status{"Watch": watchUntilEnd(t, d, ref), "Query": await(t, d, ref, "ended", ended)} {
			for task, s := range all {
				if !strings.HasPrefix(s.Node, "slot") {
					t.Errorf("%s of the %s tells of task %d %+v", how, name, task, s)
				}
			}
		}
	}
}

// A Watch that begins when a DAGMan has ended, from behind what the log tells of that, finds that out, and tells the ends of the nodes that never began.
func TestWatchFromBehindTheEndOfDAGMan(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "sleep 600"), run("b", "true", "a")}})
	await(t, d, ref, "begun", func(s scheduler.Status) bool { return s.Task == 1 || s.State == scheduler.Running && s.Node != "" })
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "ended", ended)
	// The log ends where another job is, which came later.
	later := submit(t, d, sh("true"))
	told := events(t, d, "", func(e scheduler.Event) bool { return e.Status.Token == later.Token })
	behind := told[len(told)-1].Cursor
	// Nobody has told the end before, as far as this driver's folder says.
	lab := condor(t)
	if _, err := lab.Run(t.Context(), "ben", "touch", ".oceanid/active/"+ref.Token); err != nil {
		t.Fatal(err)
	}
	seen := make([]scheduler.State, ref.Tasks)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := d.Watch(ctx, behind, func(e scheduler.Event) error {
		if e.Status.Token == ref.Token {
			for i := range e.Status.Count {
				seen[e.Status.Task+i] = e.Status.State
			}
		}
		if !slices.ContainsFunc(seen, func(s scheduler.State) bool { return !s.Terminal() }) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) || !slices.Equal(seen, []scheduler.State{scheduler.Cancelled, scheduler.Cancelled}) {
		t.Errorf("told are %v, %v", seen, err)
	}
}

// The log is read on while the schedd is asked about an array that somebody holds, however long that takes.
func TestLogIsReadWhileTheScheddIsAsked(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	d := open(t, c)
	array := submit(t, d, scheduler.Job{Command: "true", Resources: scheduler.Resources{Memory: 1 << 50}, Array: &scheduler.Array{Count: 2000}})
	holdAll(t, d, array)
	await(t, d, array, "held", in(scheduler.Held))
	after := submit(t, d, sh("true"))
	await(t, d, after, "ended", ended)

	// A condor_q of its own, which waits.
	tools, gate := "/srv/"+newToken(), "/srv/"+newToken()
	script := "mkdir " + tools + " && printf '#!/bin/sh\nuntil [ -e " + gate + " ]; do sleep 0.1; done\nexec /usr/bin/condor_q \"$@\"\n' >" + tools + "/condor_q && chmod -R a+rx " + tools
	if out, err := condor(t).Run(t.Context(), "root", "sh", "-c", script); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	c.Tools = tools
	slow := open(t, c)
	opened := false
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := slow.Watch(ctx, "", func(e scheduler.Event) error {
		switch s := e.Status; {
		case s.Token == after.Token && s.State.Terminal() && !opened:
			opened = true
			_, err := condor(t).Run(ctx, "root", "touch", gate)
			return err
		case s.Token == array.Token && s.State == scheduler.Held && s.Count > 1:
			if !opened {
				t.Error("condor_q has answered before it could")
			}
			if s.Task+s.Count != array.Tasks {
				t.Errorf("%+v", s)
			}
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("%v (%s)", err, fault.Of(err))
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{array}); err != nil {
		t.Error(err)
	}
}

// A journal of which nothing has changed is not read again.
func TestLooksFollowChanges(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	d := open(t, c)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "sleep 600"), run("b", "true", "a")}})
	await(t, d, ref, "begun", func(s scheduler.Status) bool { return s.Task == 1 || s.State == scheduler.Running && s.Node != "" })
	w := newFlows(d, "", func(scheduler.Event) error { return nil })
	if err := w.begin(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	quiet := 0
	for limit := time.Now().Add(patience); quiet < 3; {
		moved, err := w.look(t.Context())
		if err != nil || time.Now().After(limit) {
			t.Fatalf("%v, %d looks without news", err, quiet)
		}
		if quiet++; moved {
			quiet = 0
		}
	}
	if sizes := w.sizes[ref.Token]; !strings.Contains(sizes, ".jobstate.log ") || !strings.Contains(sizes, ".nodes.log ") {
		t.Errorf("of its journals is known %q", sizes)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(patience); ; {
		moved, err := w.look(t.Context())
		if err != nil || time.Now().After(limit) {
			t.Fatalf("the removal is not seen: %v", err)
		}
		if moved {
			break
		}
	}
}
