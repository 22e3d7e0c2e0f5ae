package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type removalsServer struct {
	schedulerv1.UnimplementedRemovalsServer
	instances *instances
}

func (s *removalsServer) Remove(ctx context.Context, req *schedulerv1.RemoveRequest) (*schedulerv1.RemoveResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	driver, err := supports[scheduler.Remover](i)
	if err != nil {
		return nil, err
	}
	for _, job := range req.GetJobs() {
		// What is deleted is found by it.
		if err := hasToken(job.GetToken()); err != nil {
			return nil, err
		}
	}
	if err := driver.Remove(ctx, wire.RefsFromProto(req.GetJobs())); err != nil {
		return nil, err
	}
	return &schedulerv1.RemoveResponse{}, nil
}
