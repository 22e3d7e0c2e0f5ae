package call

import (
	"context"
	"io"
	"slices"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit is scheduler.Driver's: safe to repeat, by the job's token.
func (s *Scheduler) Submit(ctx context.Context, job scheduler.Job) (id scheduler.ID, err error) {
	var doubt doubt
	err = s.do(ctx, verb{name: "Submit", op: "submit", deadline: submitDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		resp, err := s.client(conn).Submit(ctx, &schedulerv1.SubmitRequest{Instance: i.ref(), Job: wire.JobToProto(job)})
		if err != nil {
			return doubt.about(err)
		}
		id, err = identifier(resp.GetId())
		return err
	})
	return id, err
}

// SubmitWorkflow is scheduler.WorkflowRunner's: safe to repeat, by the workflow's token.
func (s *Scheduler) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (id scheduler.ID, err error) {
	if err := s.need(Workflows, "run workflows"); err != nil {
		return "", err
	}
	var doubt doubt
	err = s.do(ctx, verb{name: "SubmitWorkflow", op: "submit workflow", deadline: submitDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		resp, err := schedulerv1.NewWorkflowsClient(conn).SubmitWorkflow(ctx, &schedulerv1.SubmitWorkflowRequest{Instance: i.ref(), Workflow: wire.WorkflowToProto(w)})
		if err != nil {
			return doubt.about(err)
		}
		id, err = identifier(resp.GetId())
		return err
	})
	return id, err
}

func identifier(id string) (scheduler.ID, error) {
	if id == "" || len(id) > wire.MaxID {
		return "", fault.By(fault.Driver, fault.Internal.New("the driver answered with an identifier of %d bytes; 1 to %d are allowed", len(id), wire.MaxID))
	}
	return scheduler.ID(id), nil
}

// portion is how many jobs a driver is asked about in one message, which has to hold the longest identifiers of all of them.
const portion = 20_000

// Query is scheduler.Driver's. Statuses of jobs that were not asked about are dropped. Jobs that are too many for one message are asked about in
// portions, each with a deadline of its own.
func (s *Scheduler) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for jobs := range slices.Chunk(q.Jobs, portion) {
		if err := s.query(ctx, scheduler.Query{Jobs: jobs}, yield); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scheduler) query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	asked := make(map[string]scheduler.Ref, len(q.Jobs))
	for _, r := range q.Jobs {
		asked[r.Token] = r
	}
	yielded := false
	return s.do(ctx, verb{name: "Query", op: "query", deadline: queryDeadline, repeat: func() bool { return !yielded }}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		stream, err := s.client(conn).Query(ctx, &schedulerv1.QueryRequest{Instance: i.ref(), Jobs: wire.RefsToProto(q.Jobs)})
		if err != nil {
			return err
		}
		for {
			page, err := stream.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			for _, p := range page.GetStatuses() {
				job, ok := asked[p.GetToken()]
				if !ok {
					continue
				}
				status, err := believable(p)
				if err == nil {
					err = within(status, job)
				}
				if err != nil {
					return err
				}
				yielded = true
				if err := yield(i.discreet(ctx, status)); err != nil {
					return err
				}
			}
		}
	})
}

// Cancel is scheduler.Driver's.
func (s *Scheduler) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	return s.do(ctx, verb{name: "Cancel", op: "cancel", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := s.client(conn).Cancel(ctx, &schedulerv1.CancelRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Hold is scheduler.Holder's.
func (s *Scheduler) Hold(ctx context.Context, jobs []scheduler.Ref) error {
	if err := s.need(Holds, "hold jobs"); err != nil {
		return err
	}
	return s.do(ctx, verb{name: "Hold", op: "hold", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := schedulerv1.NewHoldsClient(conn).Hold(ctx, &schedulerv1.HoldRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Release is scheduler.Holder's.
func (s *Scheduler) Release(ctx context.Context, jobs []scheduler.Ref) error {
	if err := s.need(Holds, "release jobs"); err != nil {
		return err
	}
	return s.do(ctx, verb{name: "Release", op: "release", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := schedulerv1.NewHoldsClient(conn).Release(ctx, &schedulerv1.ReleaseRequest{Instance: i.ref(), Jobs: wire.RefsToProto(jobs)})
		return err
	})
}

// Probe is scheduler.Prober's.
func (s *Scheduler) Probe(ctx context.Context, report func(scheduler.Check)) error {
	if err := s.need(Probes, "test its connection"); err != nil {
		return err
	}
	reported := false
	return s.do(ctx, verb{name: "Probe", op: "test", deadline: probeDeadline, repeat: func() bool { return !reported }}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		stream, err := schedulerv1.NewProbesClient(conn).Probe(ctx, &schedulerv1.ProbeRequest{Instance: i.ref()})
		if err != nil {
			return err
		}
		for {
			step, err := stream.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			reported = true
			check := wire.CheckFromProto(step.GetCheck())
			check.Name, check.Text = i.hide(ctx, check.Name), i.hide(ctx, check.Text)
			report(check)
		}
	})
}
