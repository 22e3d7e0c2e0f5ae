package scheduler_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func code(n int) *int { return &n }

// nested is a workflow of so many, one within the other.
func nested(depth int) scheduler.Workflow {
	w := scheduler.Workflow{Nodes: []scheduler.Node{node("a")}}
	for range depth - 1 {
		inner := w
		w = scheduler.Workflow{Nodes: []scheduler.Node{{Name: "a", Workflow: &inner}}}
	}
	return w
}

func TestNodeCheck(t *testing.T) {
	t.Parallel()
	input := []scheduler.Input{{Name: "check.sh"}}
	for name, c := range map[string]struct {
		change func(*scheduler.Node)
		want   string // what the error says; "": there is none
	}{
		"all there is": {func(n *scheduler.Node) {
			n.Vars, n.Retries, n.UnlessExit, n.Priority, n.Category = map[string]string{"x": "a\nb"}, 3, code(2), -1, "io"
			n.Pre, n.PreSkip, n.Post = &scheduler.Command{Command: "./check.sh"}, code(9), &scheduler.Command{Command: "/bin/true", Args: []string{"a b"}}
			n.AbortOn = &scheduler.Abort{Exit: 4, Return: code(0)}
		}, ""},
		"an odd kind":             {func(n *scheduler.Node) { n.Kind = "odd" }, `kind: "odd"`},
		"a final with after":      {func(n *scheduler.Node) { n.Kind, n.After = scheduler.FinalNode, []string{"other"} }, "comes after none"},
		"a service with retries":  {func(n *scheduler.Node) { n.Kind, n.Retries = scheduler.ServiceNode, 1 }, "retries"},
		"a service that aborts":   {func(n *scheduler.Node) { n.Kind, n.AbortOn = scheduler.ServiceNode, &scheduler.Abort{} }, "abort_on"},
		"a final with a category": {func(n *scheduler.Node) { n.Kind, n.Category = scheduler.FinalNode, "c" }, "category"},
		"a bad variable":          {func(n *scheduler.Node) { n.Vars = map[string]string{"a b": ""} }, `vars: "a b"`},
		"a variable with a NUL":   {func(n *scheduler.Node) { n.Vars = map[string]string{"a": "\x00"} }, "vars a"},
		"a bad category":          {func(n *scheduler.Node) { n.Category = "a\nJOB" }, "category"},
		"negative retries":        {func(n *scheduler.Node) { n.Retries = -1 }, "retries"},
		"unless without retries":  {func(n *scheduler.Node) { n.UnlessExit = code(1) }, "unless_exit"},
		"an exit code of 300":     {func(n *scheduler.Node) { n.AbortOn = &scheduler.Abort{Exit: 300} }, "abort_on: 300"},
		"a return of -1":          {func(n *scheduler.Node) { n.AbortOn = &scheduler.Abort{Return: code(-1)} }, "return: -1"},
		"a skip without pre":      {func(n *scheduler.Node) { n.PreSkip = code(1) }, "pre_skip"},
		"a skip on success":       {func(n *scheduler.Node) { n.Pre, n.PreSkip = &scheduler.Command{Command: "/bin/true"}, code(0) }, "pre_skip: 0"},
		"a pre from the PATH":     {func(n *scheduler.Node) { n.Pre = &scheduler.Command{Command: "true"} }, "absolute path"},
		"a post that is no input": {func(n *scheduler.Node) { n.Post = &scheduler.Command{Command: "./x"} }, "not one of the inputs"},
		"a post with a NUL":       {func(n *scheduler.Node) { n.Post = &scheduler.Command{Command: "/x", Args: []string{"\x00"}} }, "post"},
		"a NaN as an option":      {func(n *scheduler.Node) { n.Job.Options = map[string]any{"o": math.NaN()} }, `options: "o" is NaN`},
		"an option of a map":      {func(n *scheduler.Node) { n.Job.Options = map[string]any{"o": map[string]string{}} }, `options: "o"`},
		"a splice of nothing":     {func(n *scheduler.Node) { n.Splice = true }, "splice"},
		"a job and a workflow":    {func(n *scheduler.Node) { n.Workflow = &scheduler.Workflow{Nodes: []scheduler.Node{node("a")}} }, "give one of them"},
		"a splice with retries": {func(n *scheduler.Node) {
			n.Job, n.Workflow, n.Splice, n.Retries = scheduler.Job{}, &scheduler.Workflow{Nodes: []scheduler.Node{node("a")}}, true, 1
		}, "splice"},
		"a bad workflow": {func(n *scheduler.Node) {
			n.Job, n.Workflow = scheduler.Job{}, &scheduler.Workflow{Nodes: []scheduler.Node{node("a", "b")}}
		}, `node "n": node "a": after`},
		"a key within": {func(n *scheduler.Node) {
			n.Job, n.Workflow = scheduler.Job{}, &scheduler.Workflow{Key: "k", Nodes: []scheduler.Node{node("a")}}
		}, "outermost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := node("n")
			n.Job.Inputs = input
			c.change(&n)
			err := scheduler.Workflow{Nodes: []scheduler.Node{n, node("other")}}.Check()
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestWholeWorkflowCheck(t *testing.T) {
	t.Parallel()
	final, service := node("f"), node("s")
	final.Kind, service.Kind = scheduler.FinalNode, scheduler.ServiceNode
	second := final
	second.Name = "g"
	one := []scheduler.Node{node("a")}
	for name, c := range map[string]struct {
		w    scheduler.Workflow
		want string
	}{
		"all there is":       {scheduler.Workflow{Nodes: []scheduler.Node{node("a"), final, service}, Throttles: map[string]int{"io": 1}, MaxNodes: 3, Options: map[string]any{"rank": 1.5, "x": []any{"a"}}}, ""},
		"two finals":         {scheduler.Workflow{Nodes: []scheduler.Node{final, second}}, "both final"},
		"after a final":      {scheduler.Workflow{Nodes: []scheduler.Node{final, node("a", "f")}}, "final node, which none can come after"},
		"after a service":    {scheduler.Workflow{Nodes: []scheduler.Node{service, node("a", "s")}}, "service node"},
		"after one twice":    {scheduler.Workflow{Nodes: []scheduler.Node{node("a"), node("b", "a", "a")}}, "there twice"},
		"a throttle of 0":    {scheduler.Workflow{Nodes: one, Throttles: map[string]int{"io": 0}}, "throttles"},
		"an odd throttle":    {scheduler.Workflow{Nodes: one, Throttles: map[string]int{"a b": 1}}, "throttles"},
		"negative nodes":     {scheduler.Workflow{Nodes: one, MaxNodes: -1}, "max_nodes"},
		"retry rules":        {scheduler.Workflow{Nodes: one, Policy: scheduler.Policy{Retry: []scheduler.RetryRule{{}}}}, "retries in place of rules"},
		"a bad policy":       {scheduler.Workflow{Nodes: one, Policy: scheduler.Policy{RunTime: -time.Second}}, "policy"},
		"a NaN as an option": {scheduler.Workflow{Nodes: one, Options: map[string]any{"o": math.Inf(1)}}, `options: "o" is +Inf`},
		"an odd option":      {scheduler.Workflow{Nodes: one, Options: map[string]any{"o": []any{1}}}, "options"},
		"eight deep":         {nested(8), ""},
		"nine deep":          {nested(9), "at most 8"},
		"a long own token":   {scheduler.Workflow{Token: strings.Repeat("t", 63), Nodes: one}, "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.w.Check()
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
