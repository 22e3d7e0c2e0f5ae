package host

import (
	"context"
	"errors"
	"slices"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Check tells what Submit would refuse before it asks the pool, so that of several jobs all can be looked at before the first one is submitted: what the job lacks
// to be one, inputs that cannot be read, inputs at a driver that takes none. It reads the inputs, may start the driver, writes nothing and sends the pool nothing.
//
// Without an error the pool may refuse the job all the same: what only it or its driver knows, such as its own options and what its machines have, it tells
// when it is given the job. So does the store about quotas and keys.
func (s *Scheduler) Check(ctx context.Context, spec scheduler.Job) error {
	spec, err := prepare(spec)
	if err != nil {
		return err
	}
	if _, err := s.kept("submit"); err != nil {
		return err
	}
	if len(spec.Inputs) == 0 {
		return nil
	}
	return s.able(ctx, "uploads", "take input files")
}

// CheckWorkflow is Check for what SubmitWorkflow is given; a driver that runs no workflows is fault.Unsupported.
func (s *Scheduler) CheckWorkflow(ctx context.Context, w scheduler.Workflow) error {
	w, err := prepareWorkflow(w)
	if err != nil {
		return err
	}
	if _, err := s.kept("submit"); err != nil {
		return err
	}
	if err := s.able(ctx, "workflows", "run workflows"); err != nil || !hasInputs(w) {
		return err
	}
	return s.able(ctx, "uploads", "take input files")
}

// able refuses what the driver is known not to do. One that cannot be asked now may be able to.
func (s *Scheduler) able(ctx context.Context, capability, verb string) error {
	can, err := s.Can(ctx, capability)
	switch {
	case errors.Is(err, fault.NotFound):
		return err
	case err == nil && !can:
		return fault.Unsupported.New("scheduler %q: its driver cannot %s", s.Name(), verb)
	}
	return ctx.Err()
}

// hasInputs tells whether any node brings files along.
func hasInputs(w scheduler.Workflow) bool {
	return slices.ContainsFunc(w.Nodes, func(n scheduler.Node) bool {
		return len(n.Job.Inputs) > 0 || n.Workflow != nil && hasInputs(*n.Workflow)
	})
}
