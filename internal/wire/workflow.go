package wire

import (
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// WorkflowToProto leaves out what only the host knows, as [JobToProto] does.
func WorkflowToProto(w scheduler.Workflow) *schedulerv1.Workflow {
	p := &schedulerv1.Workflow{
		Token:    w.Token,
		Name:     w.Name,
		Nodes:    each(w.Nodes, nodeToProto),
		Labels:   w.Labels,
		User:     w.User,
		Options:  optionsToProto(w.Options),
		MaxNodes: int64(w.MaxNodes),
	}
	for category, most := range w.Throttles {
		if p.Throttles == nil {
			p.Throttles = make(map[string]int64, len(w.Throttles))
		}
		p.Throttles[category] = int64(most)
	}
	return p
}

// WorkflowFromProto is the other way.
func WorkflowFromProto(p *schedulerv1.Workflow) scheduler.Workflow {
	w := scheduler.Workflow{
		Token:    p.GetToken(),
		Name:     p.GetName(),
		Nodes:    each(p.GetNodes(), nodeFromProto),
		Labels:   p.GetLabels(),
		User:     p.GetUser(),
		Options:  optionsFromProto(p.GetOptions()),
		MaxNodes: int(p.GetMaxNodes()),
	}
	for category, most := range p.GetThrottles() {
		if w.Throttles == nil {
			w.Throttles = make(map[string]int, len(p.GetThrottles()))
		}
		w.Throttles[category] = int(most)
	}
	return w
}

func nodeToProto(n scheduler.Node) *schedulerv1.Node {
	p := &schedulerv1.Node{
		Name: n.Name,
		// Also where a workflow is in its place: a driver that knows no such nodes then finds a job without a command, and refuses it.
		Job:        JobToProto(n.Job),
		After:      n.After,
		Kind:       nodeKinds()[n.Kind],
		Splice:     n.Splice,
		Vars:       n.Vars,
		Retries:    int32(n.Retries),
		UnlessExit: codeToProto(n.UnlessExit),
		Priority:   int64(n.Priority),
		Category:   n.Category,
		Pre:        commandToProto(n.Pre),
		Post:       commandToProto(n.Post),
		PreSkip:    codeToProto(n.PreSkip),
	}
	if n.Workflow != nil {
		p.Workflow = WorkflowToProto(*n.Workflow)
	}
	if a := n.AbortOn; a != nil {
		p.AbortOn = &schedulerv1.Abort{Exit: int32(a.Exit), Return: codeToProto(a.Return)}
	}
	return p
}

func nodeFromProto(p *schedulerv1.Node) scheduler.Node {
	n := scheduler.Node{
		Name:       p.GetName(),
		Job:        JobFromProto(p.GetJob()),
		After:      p.GetAfter(),
		Kind:       nodeKindFromProto(p.GetKind()),
		Splice:     p.GetSplice(),
		Vars:       p.GetVars(),
		Retries:    int(p.GetRetries()),
		UnlessExit: codeFromProto(p.UnlessExit),
		Priority:   int(p.GetPriority()),
		Category:   p.GetCategory(),
		Pre:        commandFromProto(p.GetPre()),
		Post:       commandFromProto(p.GetPost()),
		PreSkip:    codeFromProto(p.PreSkip),
	}
	if p.GetWorkflow() != nil {
		w := WorkflowFromProto(p.GetWorkflow())
		n.Workflow = &w
	}
	if a := p.GetAbortOn(); a != nil {
		n.AbortOn = &scheduler.Abort{Exit: int(a.GetExit()), Return: codeFromProto(a.Return)}
	}
	return n
}

// nodeKinds is the one table of the kinds of nodes; both directions read it.
func nodeKinds() map[scheduler.NodeKind]schedulerv1.NodeKind {
	return map[scheduler.NodeKind]schedulerv1.NodeKind{
		"":                    schedulerv1.NodeKind_NODE_KIND_UNSPECIFIED,
		scheduler.FinalNode:   schedulerv1.NodeKind_NODE_KIND_FINAL,
		scheduler.ServiceNode: schedulerv1.NodeKind_NODE_KIND_SERVICE,
	}
}

// nodeKindFromProto keeps a kind that this build does not know as a word that no check lets through: such a node must not run as any other.
func nodeKindFromProto(p schedulerv1.NodeKind) scheduler.NodeKind {
	for k, q := range nodeKinds() {
		if p == q {
			return k
		}
	}
	return scheduler.NodeKind(p.String())
}

func commandToProto(c *scheduler.Command) *schedulerv1.Command {
	if c == nil {
		return nil
	}
	return &schedulerv1.Command{Command: c.Command, Args: c.Args}
}

func commandFromProto(p *schedulerv1.Command) *scheduler.Command {
	if p == nil {
		return nil
	}
	return &scheduler.Command{Command: p.GetCommand(), Args: p.GetArgs()}
}

// codeToProto keeps an exit code that is absent apart from 0.
func codeToProto(code *int) *int32 {
	if code == nil {
		return nil
	}
	p := int32(*code)
	return &p
}

func codeFromProto(p *int32) *int {
	if p == nil {
		return nil
	}
	code := int(*p)
	return &code
}
