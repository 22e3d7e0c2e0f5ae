package host_test

import (
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The nodes of a workflow with more tasks than are read at once are counted whole, wherever their tasks begin and end.
func TestNodesOfManyTasks(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	many := func(count int) scheduler.Job {
		return scheduler.Job{Command: "x", Array: &scheduler.Array{Count: count}}
	}
	j, err := s.SubmitWorkflow(t.Context(), scheduler.Workflow{Nodes: []scheduler.Node{
		{Name: "a", Job: many(4095)},
		{Name: "b", Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{{Name: "c", Job: many(9000)}, {Name: "d", Job: scheduler.Job{Command: "x"}}}}},
		{Name: "e", Job: many(5)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.move(scheduler.Status{Token: j.ID, Count: j.Tasks, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	j = reach(t, j, scheduler.Succeeded)
	nodes, err := j.ListNodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var look func(nodes []host.Node, want map[string][2]int)
	look = func(nodes []host.Node, want map[string][2]int) {
		for _, n := range nodes {
			if w := want[n.Name]; n.State != scheduler.Succeeded || n.First != w[0] || n.Tasks != w[1] || n.Counts[scheduler.Succeeded] != w[1] {
				t.Errorf("node %+v, want %v", n, w)
			}
			look(n.Nodes, want)
		}
	}
	look(nodes, map[string][2]int{"a": {0, 4095}, "b": {4095, 9001}, "c": {4095, 9000}, "d": {13095, 1}, "e": {13096, 5}})
}
