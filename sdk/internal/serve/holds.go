package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type holdsServer struct {
	schedulerv1.UnimplementedHoldsServer
	instances *instances
}

func (s *holdsServer) Hold(ctx context.Context, req *schedulerv1.HoldRequest) (*schedulerv1.HoldResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	holder, err := supports[scheduler.Holder](i)
	if err != nil {
		return nil, err
	}
	if err := holder.Hold(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.HoldResponse{}, nil
}

func (s *holdsServer) Release(ctx context.Context, req *schedulerv1.ReleaseRequest) (*schedulerv1.ReleaseResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	holder, err := supports[scheduler.Holder](i)
	if err != nil {
		return nil, err
	}
	if err := holder.Release(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.ReleaseResponse{}, nil
}
