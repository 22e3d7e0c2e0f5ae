package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type inspectionsServer struct {
	schedulerv1.UnimplementedInspectionsServer
	instances *instances
}

func (s *inspectionsServer) Inspect(ctx context.Context, req *schedulerv1.InspectRequest) (*schedulerv1.InspectResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	driver, err := supports[scheduler.Inspector](i)
	if err != nil {
		return nil, err
	}
	pool, err := driver.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	return wire.PoolToProto(pool), nil
}
