package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What has come to the access point for a workflow that was never handed over goes with it; a job whose token begins so stays.
func TestRemoveOfAWorkflowThatNeverWas(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{
		run("a", "true"), {Name: "b", Job: scheduler.Job{Command: "true", Inputs: []scheduler.Input{{Name: "in", Size: 2}}}},
		{Name: "c", Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "true")}}},
	}}
	for _, node := range []string{"-1", "-2-0"} {
		if err := d.Upload(t.Context(), w.Token+node, scheduler.Input{Name: "in", Size: 2}, strings.NewReader("in")); err != nil {
			t.Fatal(err)
		}
	}
	other := submit(t, d, scheduler.Job{Token: w.Token + "-7", Command: "true"})
	await(t, d, other, "ended", ended)
	ref := scheduler.Ref{Token: w.Token, Tasks: 3}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	_, err := d.SubmitWorkflow(t.Context(), w)
	wantFault(t, err, fault.Conflict, "cancelled")
	if err := d.Remove(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	if got := onPoint(t, "ben", "cd "+dir+" && ls jobs"); got != other.Token {
		t.Errorf("left: %q", got)
	}
}
