package serve

import (
	"context"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// schedulerServer is the three verbs that make a driver.
type schedulerServer struct {
	schedulerv1.UnimplementedSchedulerServer
	instances *instances
}

func (s *schedulerServer) Submit(ctx context.Context, req *schedulerv1.SubmitRequest) (*schedulerv1.SubmitResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	job := wire.JobFromProto(req.GetJob())
	if err := i.submittable(job); err != nil {
		return nil, err
	}
	id, err := i.driver.Submit(ctx, job)
	if err == nil {
		err = checkID(id)
	}
	if err != nil {
		return nil, err
	}
	return &schedulerv1.SubmitResponse{Id: string(id)}, nil
}

func hasToken(token string) error {
	if !scheduler.ValidToken(token) {
		return fault.By(fault.Host, fault.Invalid.New("token %q: a job's token is 1 to 64 letters, digits and \"-\"", token))
	}
	return nil
}

func checkID(id scheduler.ID) error {
	if id == "" || len(id) > wire.MaxID {
		return fault.By(fault.Driver, fault.Internal.New("the driver gave the job an identifier of %d bytes; 1 to %d are allowed", len(id), wire.MaxID))
	}
	return nil
}

func (s *schedulerServer) Query(req *schedulerv1.QueryRequest, stream grpc.ServerStreamingServer[schedulerv1.QueryResponse]) error {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	page := &schedulerv1.QueryResponse{}
	flush := func() error {
		if len(page.Statuses) == 0 {
			return nil
		}
		full := page
		page = &schedulerv1.QueryResponse{}
		return stream.Send(full)
	}
	err = i.driver.Query(stream.Context(), scheduler.Query{Jobs: wire.RefsFromProto(req.GetJobs())}, func(status scheduler.Status) error {
		if err := checkStatus(status); err != nil {
			return err
		}
		page.Statuses = append(page.Statuses, wire.StatusToProto(status))
		if len(page.Statuses) < wire.PageSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

func (s *schedulerServer) Cancel(ctx context.Context, req *schedulerv1.CancelRequest) (*schedulerv1.CancelResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	if err := i.driver.Cancel(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.CancelResponse{}, nil
}

// checkStatus catches a driver's slip where it happens, so that its author reads it in the driver's own log.
func checkStatus(s scheduler.Status) error {
	switch {
	case s.Token == "":
		return fault.By(fault.Driver, fault.Internal.New("the driver told a status without a token (job %q)", s.ID))
	case s.State == "" || s.State == scheduler.Pending:
		return fault.By(fault.Driver, fault.Internal.New("the driver told state %q for job %q; a driver may say anything but that", s.State, s.ID))
	case s.Cause != "" && !s.Cause.Known():
		return fault.By(fault.Driver, fault.Internal.New("the driver told the cause %q for job %q; there are %v", s.Cause, s.ID, scheduler.Causes()))
	case s.Task < 0 || s.Count < 0:
		return fault.By(fault.Driver, fault.Internal.New("the driver told task %d, count %d for job %q", s.Task, s.Count, s.ID))
	}
	return nil
}
