package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Why a node waits, on a real pool: for nodes and for what these wait for, for its turn, for a script, for somebody who holds the workflow.
func TestWhatHoldsAWorkflowUp(t *testing.T) {
	t.Parallel()
	d := ben(t)
	folder := markFolder(t)
	gate := "until [ -e " + folder + "/gate ]; do sleep 0.1; done"
	huge := scheduler.Job{Command: "true", Resources: scheduler.Resources{Memory: 1 << 50}}
	ref := submitWorkflow(t, d, scheduler.Workflow{Throttles: map[string]int{"one": 1}, Nodes: []scheduler.Node{
		{Name: "never", Job: huge},
		run("runs", gate),
		run("both", "true", "never", "runs"),
		run("last", "true", "both"),
		{Name: "first", Category: "one", Priority: 9, Job: sh(gate)},
		{Name: "second", Category: "one", Job: sh("true")},
		{Name: "scripted", Job: sh("true"), Pre: &scheduler.Command{Command: "/bin/sh", Args: []string{"-c", gate}}},
		{Name: "within", After: []string{"runs"}, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "true")}}},
	}})
	defer func() {
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Error(err)
		}
	}()
	const never, both, last, second, scripted, within = 0, 2, 3, 5, 6, 7
	explained(t, d, ref, never, "memory")
	await(t, d, ref, "running, what can", func(s scheduler.Status) bool {
		return s.State == scheduler.Queued || s.State == scheduler.Running && s.Node != ""
	})
	explained(t, d, ref, 1, "It does not wait: it runs")
	e := explained(t, d, ref, both, `It waits for nodes "never" and "runs".`)
	says(t, e, `Node "never" waits at the pool.`)
	says(t, e, `Node "runs" is running on slot`)
	says(t, e, "memory")
	e = explained(t, d, ref, last, `It waits for node "both".`)
	says(t, e, `Node "runs" is running on slot`)
	explained(t, d, ref, second, `At most 1 node of the category "one" is at the pool at once: it waits until one of these ends ("first").`)
	explained(t, d, ref, scripted, "Its pre script runs")
	e = explained(t, d, ref, within, `It waits for node "runs".`)
	says(t, e, `Node "runs" is running`)
	holdAll(t, d, ref)
	await(t, d, ref, "held, but for what runs", func(s scheduler.Status) bool { return s.State == scheduler.Held || s.State == scheduler.Running })
	e = explained(t, d, ref, last, "held with its workflow, of which nothing new begins")
	says(t, e, "release it")
}
