package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type suspendsServer struct {
	schedulerv1.UnimplementedSuspendsServer
	instances *instances
}

func (s *suspendsServer) Suspend(ctx context.Context, req *schedulerv1.SuspendRequest) (*schedulerv1.SuspendResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	driver, err := supports[scheduler.Suspender](i)
	if err != nil {
		return nil, err
	}
	if err := driver.Suspend(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.SuspendResponse{}, nil
}

func (s *suspendsServer) Resume(ctx context.Context, req *schedulerv1.ResumeRequest) (*schedulerv1.ResumeResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	driver, err := supports[scheduler.Suspender](i)
	if err != nil {
		return nil, err
	}
	if err := driver.Resume(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.ResumeResponse{}, nil
}
