package call

import (
	"context"
	"math"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// removeDeadline bounds one removal, which has the files of many jobs to delete.
const removeDeadline = 5 * time.Minute

// Suspend is scheduler.Suspender's.
func (s *Scheduler) Suspend(ctx context.Context, jobs []scheduler.Ref) error {
	if err := s.need(Suspends, "suspend jobs"); err != nil {
		return err
	}
	return s.do(ctx, verb{name: "Suspend", op: "suspend", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := schedulerv1.NewSuspendsClient(conn).Suspend(ctx, &schedulerv1.SuspendRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Resume is scheduler.Suspender's.
func (s *Scheduler) Resume(ctx context.Context, jobs []scheduler.Ref) error {
	if err := s.need(Suspends, "resume jobs"); err != nil {
		return err
	}
	return s.do(ctx, verb{name: "Resume", op: "resume", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := schedulerv1.NewSuspendsClient(conn).Resume(ctx, &schedulerv1.ResumeRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Remove is scheduler.Remover's: safe to repeat.
func (s *Scheduler) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	if err := s.need(Removals, "remove what its pool keeps of jobs"); err != nil {
		return err
	}
	return s.do(ctx, verb{name: "Remove", op: "remove", deadline: removeDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := schedulerv1.NewRemovalsClient(conn).Remove(ctx, &schedulerv1.RemoveRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Explain is scheduler.Explainer's.
func (s *Scheduler) Explain(ctx context.Context, job scheduler.Ref, task int) (e scheduler.Explanation, err error) {
	if err := s.need(Explanations, "explain why a job waits"); err != nil {
		return scheduler.Explanation{}, err
	}
	err = s.do(ctx, verb{name: "Explain", op: "explain", deadline: queryDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		resp, err := schedulerv1.NewExplanationsClient(conn).Explain(ctx, &schedulerv1.ExplainRequest{Instance: i.ref(), Job: wire.RefToProto(job), Task: int64(task)})
		if err != nil {
			return err
		}
		e = wire.ExplanationFromProto(resp)
		if e.Summary == "" {
			return fault.By(fault.Driver, fault.Internal.New("the driver explained task %d of job %q without a sentence", task, job.Token))
		}
		e.Summary, e.Advice = i.hide(ctx, e.Summary), i.hide(ctx, e.Advice)
		for n := range e.Points {
			e.Points[n] = i.hide(ctx, e.Points[n])
		}
		return nil
	})
	if err != nil {
		return scheduler.Explanation{}, err
	}
	return e, nil
}

// Inspect is scheduler.Inspector's.
func (s *Scheduler) Inspect(ctx context.Context) (p scheduler.Pool, err error) {
	if err := s.need(Inspections, "show what its pool is made of"); err != nil {
		return scheduler.Pool{}, err
	}
	err = s.do(ctx, verb{name: "Inspect", op: "inspect", deadline: queryDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		resp, err := schedulerv1.NewInspectionsClient(conn).Inspect(ctx, &schedulerv1.InspectRequest{Instance: i.ref()})
		if err != nil {
			return err
		}
		p = wire.PoolFromProto(resp)
		if err := possible(p); err != nil {
			return err
		}
		p.Name, p.Software, p.Version = i.hide(ctx, p.Name), i.hide(ctx, p.Software), i.hide(ctx, p.Version)
		for n := range p.Nodes {
			node := &p.Nodes[n]
			node.Name, node.State, node.Version = i.hide(ctx, node.Name), i.hide(ctx, node.State), i.hide(ctx, node.Version)
		}
		return nil
	})
	if err != nil {
		return scheduler.Pool{}, err
	}
	return p, nil
}

// possible refuses a pool with amounts that cannot be.
func possible(p scheduler.Pool) error {
	wrong := p.Count < len(p.Nodes) || !amounts(p.Sum) || slices.ContainsFunc(p.Nodes, func(n scheduler.PoolNode) bool { return !amounts(n.Capacity) })
	for _, n := range p.Jobs {
		wrong = wrong || n < 0
	}
	if wrong {
		return fault.By(fault.Driver, fault.Internal.New("the driver told of a pool what cannot be: fewer nodes than it names, or an amount that is negative or no number"))
	}
	return nil
}

// amounts tells whether all are amounts. The comparison is false of what is no number.
func amounts(c scheduler.Capacity) bool {
	for _, f := range []float64{c.CPUs, c.CPUsUsed} {
		if !(f >= 0 && f <= math.MaxFloat64) {
			return false
		}
	}
	return c.Memory >= 0 && c.MemoryUsed >= 0 && c.GPUs >= 0 && c.GPUsUsed >= 0
}
