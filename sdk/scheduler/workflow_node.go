package scheduler

import (
	"github.com/oceanid/oceanid/sdk/fault"
)

// check looks at one node of a workflow at a depth, whose token may be so much longer than the whole's: by room less what its own place has taken.
func (n Node) check(depth, room int) error {
	if room < 0 {
		return fault.Invalid.New("its token would have %d bytes too many: workflows one within the other are too deep", -room)
	}
	if err := n.checkWhat(depth, room); err != nil {
		return err
	}
	if err := n.checkKind(); err != nil {
		return err
	}
	for name, value := range n.Vars {
		if !variableRule.MatchString(name) {
			return fault.Invalid.New("vars: %q is not a name: [A-Za-z_][A-Za-z0-9_]*", name)
		}
		if err := text("vars "+name, value); err != nil {
			return err
		}
	}
	if n.Category != "" && !nodeName.MatchString(n.Category) {
		return fault.Invalid.New("category: %q is not a name: [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 64 bytes", n.Category)
	}
	if err := n.checkRetries(); err != nil {
		return err
	}
	if err := checkCommand("pre", n.Pre, n.Job.Inputs); err != nil {
		return err
	}
	return checkCommand("post", n.Post, n.Job.Inputs)
}

// checkWhat looks at what the node runs: a job, or a workflow.
func (n Node) checkWhat(depth, room int) error {
	if n.Workflow == nil {
		if n.Splice {
			return fault.Invalid.New("splice: there is no workflow to take in")
		}
		return n.Job.Check()
	}
	if n.Job.Command != "" {
		return fault.Invalid.New("it has a job and a workflow; give one of them")
	}
	if len(n.Vars) > 0 {
		return fault.Invalid.New("vars: they are a job's; give them to the nodes of its workflow")
	}
	if n.Splice {
		switch {
		case n.Pre != nil || n.Post != nil || n.PreSkip != nil || n.Retries != 0 || n.UnlessExit != nil || n.AbortOn != nil || n.Priority != 0 || n.Category != "":
			return fault.Invalid.New("splice: it only takes nodes in: pre, post, pre_skip, retries, unless_exit, abort_on, priority and category are for its nodes, or for a workflow without splice")
		case n.Workflow.MaxNodes != 0:
			return fault.Invalid.New("splice: max_nodes is the outer workflow's; use throttles")
		}
	}
	return n.Workflow.check(depth+1, room)
}

// checkKind looks at nodes that do not run for their turn.
func (n Node) checkKind() error {
	switch n.Kind {
	case "":
		return nil
	case FinalNode, ServiceNode:
	default:
		return fault.Invalid.New("kind: %q; it is %q, %q, or left out", n.Kind, FinalNode, ServiceNode)
	}
	switch {
	case len(n.After) > 0:
		return fault.Invalid.New("after: a %s node comes after none", n.Kind)
	case n.Workflow != nil:
		return fault.Invalid.New("kind: a %s node has a job, and no workflow", n.Kind)
	case n.AbortOn != nil:
		return fault.Invalid.New("abort_on: a %s node does not end the others", n.Kind)
	case n.Category != "" || n.Priority != 0:
		return fault.Invalid.New("category and priority are for nodes that wait for their turn; a %s node does not", n.Kind)
	case n.Kind == ServiceNode && n.Retries != 0:
		return fault.Invalid.New("retries: how a service node ends does not count")
	}
	return nil
}

// checkRetries looks at what depends on exit codes.
func (n Node) checkRetries() error {
	if n.Retries < 0 || n.Retries > mostRetries {
		return fault.Invalid.New("retries: %d; it is 0 to %d", n.Retries, mostRetries)
	}
	if n.UnlessExit != nil && n.Retries == 0 {
		return fault.Invalid.New("unless_exit: there are no retries that it could end")
	}
	if n.PreSkip != nil && n.Pre == nil {
		return fault.Invalid.New("pre_skip: there is no pre that could exit so")
	}
	for _, c := range []struct {
		field string
		code  *int
		least int
	}{
		// With 0 the node runs.
		{"pre_skip", n.PreSkip, 1}, {"unless_exit", n.UnlessExit, 1}, {"abort_on", n.AbortOn.exit(), 0}, {"abort_on: return", n.AbortOn.result(), 0},
	} {
		if c.code != nil && (*c.code < c.least || *c.code > highestExit) {
			return fault.Invalid.New("%s: %d; an exit code here is %d to %d", c.field, *c.code, c.least, highestExit)
		}
	}
	return nil
}

func (a *Abort) exit() *int {
	if a == nil {
		return nil
	}
	return &a.Exit
}

func (a *Abort) result() *int {
	if a == nil {
		return nil
	}
	return a.Return
}
