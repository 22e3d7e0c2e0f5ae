package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// counted is a line of shell that writes a mark, so that it is seen how often it has run.
func counted(folder, name, then string) string {
	return fmt.Sprintf("echo %s >>%s/%s; %s", name, folder, name, then)
}

// wantOnce looks whether each node has run once.
func wantOnce(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		out, err := condor(t).Run(t.Context(), "ben", "cat", folder+"/"+name)
		if err != nil || string(out) != name+"\n" {
			t.Errorf("node %s has left %q, %v", name, out, err)
		}
	}
}

func markFolder(t *testing.T) string {
	t.Helper()
	folder := "/srv/" + newToken()
	if _, err := condor(t).Run(t.Context(), "root", "install", "-d", "-m", "777", folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestCancelledWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{
		{Name: "a", Job: arrayOf("sleep 300", 2), Retries: 3}, run("b", "true", "a"),
		{Name: "own", Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "sleep 300"), run("y", "true", "x")}}},
	}})
	watched := watching(t, d, ref)
	running := func(s scheduler.Status) bool { return s.State == scheduler.Running }
	for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		all := query(t, d, ref)
		if running(all[0]) && running(all[1]) && running(all[3]) {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%+v", all)
		}
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for i, s := range await(t, d, ref, "cancelled", in(scheduler.Cancelled)) {
		if s.Reason == "" || i < 2 && (s.Cause != scheduler.CauseUser || !strings.Contains(s.Reason, "removed with its workflow: removed: ")) {
			t.Errorf("%+v", s)
		}
	}
	watched.await("cancelled", in(scheduler.Cancelled))
	if out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "ls ~/.oceanid/jobs/"+ref.Token+"/main.dag.rescue001"); err != nil {
		t.Errorf("no rescue file: %s %v", out, err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Error(err)
	}
	// A graph that was cancelled before it came is never handed over.
	late := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
	if err := d.Cancel(t.Context(), []scheduler.Ref{{Token: late.Token, Tasks: 1}}); err != nil {
		t.Fatal(err)
	}
	_, err := d.SubmitWorkflow(t.Context(), late)
	wantFault(t, err, fault.Conflict, "cancelled")
}

// What waits is held, what runs goes on; released, all goes on where it was.
func TestHeldWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	folder := markFolder(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{
		run("runs", counted(folder, "runs", "until [ -e "+folder+"/gate ]; do sleep 0.1; done")),
		{Name: "waits", Job: scheduler.Job{Command: "true", Resources: scheduler.Resources{Memory: 1 << 50}}},
		run("later", counted(folder, "later", "true"), "runs"),
	}})
	watched := watching(t, d, ref)
	for limit := time.Now().Add(patience); query(t, d, ref)[0].State != scheduler.Running; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it does not run")
		}
	}
	holdAll(t, d, ref)
	held := func(s scheduler.Status) bool { return heldWithReason(s) || s.Task == 0 && s.State == scheduler.Running }
	await(t, d, ref, "held, but for what runs", held)
	watched.await("held, but for what runs", held)
	if _, err := condor(t).Run(t.Context(), "ben", "touch", folder+"/gate"); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "held, but for what ran", func(s scheduler.Status) bool { return s.State == scheduler.Held || s.Task == 0 && s.State == good })
	releaseAll(t, d, ref)
	await(t, d, ref, "ended, but for what never can", func(s scheduler.Status) bool { return s.State == good || s.Task == 1 && s.State == scheduler.Queued })
	watched.await("ended, but for what never can", func(s scheduler.Status) bool { return s.State == good || s.Task == 1 && s.State == scheduler.Queued })
	wantOnce(t, folder, "runs", "later")
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "ended", ended)
}

// A graph that DAGMan cannot read: condor_submit_dag says nothing of that. It is told in DAGMan's words.
func TestDAGManThatCannotBegin(t *testing.T) {
	t.Parallel()
	// The graph cannot be wrong; here is a condor_submit_dag that spoils it.
	tools := "/srv/" + newToken()
	script := "mkdir " + tools + " && chmod 755 " + tools + " && printf '#!/bin/sh\n/usr/bin/condor_submit_dag \"$@\" && echo SPOILT a >>main.dag\n' >" + tools + "/condor_submit_dag && chmod 755 " + tools + "/condor_submit_dag"
	if out, err := condor(t).Run(t.Context(), "root", "sh", "-c", script); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	c := account(t, "ben")
	c.Tools = tools
	d := open(t, c)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "true")}})
	all := come(t, d, ref)
	wantStates(t, all, bad)
	if !strings.Contains(all[0].Reason, "DAGMan could not begin") || !strings.Contains(all[0].Reason, "SPOILT") {
		t.Errorf("%+v", all[0])
	}
}

// What runs of a workflow stops, and goes on.
func TestSuspendedWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	folder := markFolder(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "until [ -e "+folder+"/gate ]; do sleep 0.1; done"), run("b", "true", "a")}})
	watched := watching(t, d, ref)
	first := func(state scheduler.State) func(scheduler.Status) bool {
		return func(s scheduler.Status) bool {
			return s.State == scheduler.Queued && s.Task+s.Count == 2 || s.Task == 0 && s.State == state
		}
	}
	// While its files are still brought nothing of it can be stopped: HTCondor forgets the wish.
	await(t, d, ref, "running", func(s scheduler.Status) bool { return first(scheduler.Running)(s) && (s.Task > 0 || s.Node != "") })
	watched.await("running", first(scheduler.Running))
	if err := d.Suspend(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "suspended", first(scheduler.Suspended))
	watched.await("suspended", first(scheduler.Suspended))
	if err := d.Resume(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "running", first(scheduler.Running))
	if _, err := condor(t).Run(t.Context(), "ben", "touch", folder+"/gate"); err != nil {
		t.Fatal(err)
	}
	wantStates(t, await(t, d, ref, "ended", ended), good, good)
}

// A schedd that does not answer has held nothing.
func TestHoldOfAWorkflowBesideADeafSchedd(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Tools = "/home/ben/" + newToken()
	gate := c.Tools + "/gate"
	onPoint(t, "ben", "mkdir "+c.Tools+" && cd "+c.Tools+` && for t in condor_q condor_hold condor_suspend; do
		printf '#!/bin/sh\n[ ! -e `+gate+`.%s ] || { echo "no answer of the schedd" >&2; exit 1; }\nexec /usr/bin/%s "$@"\n' $t $t >$t && chmod +x $t || exit; done`)
	d := open(t, c)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("runs", "sleep 3600")}})
	for _, tool := range []string{"condor_q", "condor_hold"} {
		onPoint(t, "ben", "touch "+gate+"."+tool)
		wantFault(t, d.Hold(t.Context(), []scheduler.Ref{ref}), fault.Unavailable, "no answer of the schedd")
		onPoint(t, "ben", "rm "+gate+"."+tool)
	}
	onPoint(t, "ben", "touch "+gate+".condor_suspend")
	wantFault(t, d.Suspend(t.Context(), []scheduler.Ref{ref}), fault.Unavailable, "no answer of the schedd")
	onPoint(t, "ben", "rm "+gate+".*")
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "ended", ended)
}
