package wire

import (
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// WorkflowToProto leaves out what only the host knows, as [JobToProto] does.
func WorkflowToProto(w scheduler.Workflow) *schedulerv1.Workflow {
	return &schedulerv1.Workflow{
		Token: w.Token,
		Name:  w.Name,
		Nodes: each(w.Nodes, func(n scheduler.Node) *schedulerv1.Node {
			return &schedulerv1.Node{Name: n.Name, Job: JobToProto(n.Job), After: n.After}
		}),
		Labels: w.Labels,
		User:   w.User,
	}
}

// WorkflowFromProto is the other way.
func WorkflowFromProto(p *schedulerv1.Workflow) scheduler.Workflow {
	return scheduler.Workflow{
		Token: p.GetToken(),
		Name:  p.GetName(),
		Nodes: each(p.GetNodes(), func(n *schedulerv1.Node) scheduler.Node {
			return scheduler.Node{Name: n.GetName(), Job: JobFromProto(n.GetJob()), After: n.GetAfter()}
		}),
		Labels: p.GetLabels(),
		User:   p.GetUser(),
	}
}
