package wire

import (
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// FoundToProto tells of a job at a pool, with what is known of what was submitted.
func FoundToProto(f scheduler.Found) *schedulerv1.Found {
	p := &schedulerv1.Found{Ref: RefToProto(f.Ref), Submitted: TimeToProto(f.Submitted)}
	switch {
	case f.Workflow != nil:
		p.Workflow = WorkflowToProto(*f.Workflow)
	case f.Job.Command != "":
		p.Job = JobToProto(f.Job)
	}
	return p
}

// FoundFromProto is the other way.
func FoundFromProto(p *schedulerv1.Found) scheduler.Found {
	f := scheduler.Found{Ref: RefFromProto(p.GetRef()), Submitted: TimeFromProto(p.GetSubmitted())}
	switch {
	case p.GetWorkflow() != nil:
		w := WorkflowFromProto(p.GetWorkflow())
		f.Workflow = &w
	case p.GetJob() != nil:
		f.Job = JobFromProto(p.GetJob())
	}
	return f
}
