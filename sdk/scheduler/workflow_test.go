package scheduler_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func node(name string, after ...string) scheduler.Node {
	return scheduler.Node{Name: name, Job: scheduler.Job{Command: "true"}, After: after}
}

func TestWorkflowCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		nodes []scheduler.Node
		want  string // what the error says; "": there is none
	}{
		"one":              {[]scheduler.Node{node("a")}, ""},
		"a diamond":        {[]scheduler.Node{node("d", "b", "c"), node("b", "a"), node("c", "a"), node("a")}, ""},
		"none":             {nil, "nodes: a workflow needs one"},
		"no name":          {[]scheduler.Node{node("")}, `"" is not a name`},
		"a name with tabs": {[]scheduler.Node{node("a\tb")}, "is not a name"},
		"twice":            {[]scheduler.Node{node("a"), node("a")}, `"a" is there twice`},
		"a stranger":       {[]scheduler.Node{node("a", "b")}, `node "a": after: there is no node "b"`},
		"itself":           {[]scheduler.Node{node("a", "a")}, "a → a wait for each other"},
		"a cycle":          {[]scheduler.Node{node("x", "c"), node("a", "c"), node("b", "a"), node("c", "b")}, "c → a → b → c wait for each other"},
		"a bad job":        {[]scheduler.Node{{Name: "a"}}, `node "a": command: a job needs one`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := scheduler.Workflow{Nodes: c.nodes}.Check()
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// What is the workflow's own is looked at as a job's is.
func TestWorkflowTextsAreChecked(t *testing.T) {
	t.Parallel()
	for field, w := range map[string]scheduler.Workflow{
		"name": {Name: "a\nb"}, "user": {User: "\xff"}, "labels": {Labels: map[string]string{"a": "\x1b[31m"}},
	} {
		w.Nodes = []scheduler.Node{node("a")}
		if err := w.Check(); !errors.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestWorkflowOrder(t *testing.T) {
	t.Parallel()
	const n = 10_000
	var w scheduler.Workflow
	for i := range n {
		w.Nodes = append(w.Nodes, node(fmt.Sprint(i)))
		if i < n-1 {
			w.Nodes[i].After = []string{fmt.Sprint(i + 1)}
		}
	}
	order, err := w.Order()
	if err != nil || len(order) != n || !slices.IsSortedFunc(order, func(a, b int) int { return b - a }) {
		t.Errorf("%v, %d places", err, len(order))
	}
}

func TestWorkflowNumbersItsTasks(t *testing.T) {
	t.Parallel()
	w := scheduler.Workflow{Token: "t", Nodes: []scheduler.Node{node("a"), node("b"), node("c")}}
	w.Nodes[1].Job.Array = &scheduler.Array{Count: 3}
	if w.Tasks() != 5 || w.FirstTask(0) != 0 || w.FirstTask(1) != 1 || w.FirstTask(2) != 4 || w.NodeToken(2) != "t-2" {
		t.Errorf("%d tasks; the nodes begin at %d, %d, %d; token %s", w.Tasks(), w.FirstTask(0), w.FirstTask(1), w.FirstTask(2), w.NodeToken(2))
	}
}
