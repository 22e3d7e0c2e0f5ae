package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type explanationsServer struct {
	schedulerv1.UnimplementedExplanationsServer
	instances *instances
}

func (s *explanationsServer) Explain(ctx context.Context, req *schedulerv1.ExplainRequest) (*schedulerv1.ExplainResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	driver, err := supports[scheduler.Explainer](i)
	if err != nil {
		return nil, err
	}
	explanation, err := driver.Explain(ctx, wire.RefFromProto(req.GetJob()), int(req.GetTask()))
	if err != nil {
		return nil, err
	}
	return wire.ExplanationToProto(explanation), nil
}
