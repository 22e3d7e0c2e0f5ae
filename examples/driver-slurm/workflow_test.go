package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func noting(what string) scheduler.Job {
	return scheduler.Job{Command: "sh", Args: []string{"-c", `echo "$0" >>"$HOME/noted-${OCEANID_JOB_TOKEN%-*}"`, what}}
}

func TestWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	two := noting("two")
	two.Array = &scheduler.Array{Count: 2}
	// The order of the nodes is not that in which they run.
	w := scheduler.Workflow{Token: newToken(), Name: "it's a flood", Nodes: []scheduler.Node{
		{Name: "last", Job: noting("last"), After: []string{"two", "beside"}},
		{Name: "two", Job: two, After: []string{"first"}},
		{Name: "beside", Job: noting("beside"), After: []string{"first"}},
		{Name: "first", Job: noting("first")},
	}}
	id, err := d.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ben(t).SubmitWorkflow(t.Context(), w); err != nil || again != id {
		t.Errorf("a second time: %q, %v; not %q", again, err, id)
	}
	awaitState(t, d, scheduler.Ref{ID: id, Token: w.Token, Tasks: 5}, "succeeded", in(scheduler.Succeeded))
	out, err := slurm(t).Run(t.Context(), "ben", "cat", "noted-"+w.Token)
	lines := strings.Fields(string(out))
	if err != nil || len(lines) != 5 || lines[0] != "first" || lines[4] != "last" {
		t.Errorf("they ran as %q, %v", lines, err)
	}
}

func TestWorkflowThatIsCancelled(t *testing.T) {
	t.Parallel()
	d := ben(t)
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{
		{Name: "a", Job: scheduler.Job{Command: "sleep", Args: []string{"1000"}}},
		{Name: "b", Job: scheduler.Job{Command: "true"}, After: []string{"a"}},
	}}
	id, err := d.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	ref := scheduler.Ref{ID: id, Token: w.Token, Tasks: 2}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	awaitState(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

// A graph of which one node is refused leaves nothing at the cluster.
func TestWorkflowThatIsRefused(t *testing.T) {
	t.Parallel()
	d := ben(t)
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{
		{Name: "a", Job: scheduler.Job{Command: "true"}},
		{Name: "b", Job: scheduler.Job{Command: "true", Resources: scheduler.Resources{CPUs: 1000}}, After: []string{"a"}},
	}}
	if _, err := d.SubmitWorkflow(t.Context(), w); fault.Of(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	awaitNothing(t, d, w.NodeToken(0))
}

func TestHolds(t *testing.T) {
	t.Parallel()
	d := ben(t)
	// Two GPUs: one task runs, the other waits.
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}, Array: &scheduler.Array{Count: 2}, Resources: scheduler.Resources{GPUs: 2}})
	refs := []scheduler.Ref{ref}
	if err := d.Hold(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
	if s := query(t, d, ref)[1]; s.State != scheduler.Held || s.Reason == "" {
		t.Errorf("held: %+v", s)
	}
	if err := d.Release(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
	if s := query(t, d, ref)[1]; s.State != scheduler.Queued && s.State != scheduler.Running {
		t.Errorf("released: %+v", s)
	}
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}
