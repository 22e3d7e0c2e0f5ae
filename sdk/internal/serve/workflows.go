package serve

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type workflowsServer struct {
	schedulerv1.UnimplementedWorkflowsServer
	instances *instances
}

func (s *workflowsServer) SubmitWorkflow(ctx context.Context, req *schedulerv1.SubmitWorkflowRequest) (*schedulerv1.SubmitWorkflowResponse, error) {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return nil, err
	}
	defer done()
	runner, err := supports[scheduler.WorkflowRunner](i)
	if err != nil {
		return nil, err
	}
	workflow := wire.WorkflowFromProto(req.GetWorkflow())
	if err := workflow.Check(); err != nil {
		return nil, err
	}
	if err := hasToken(workflow.Token); err != nil {
		return nil, err
	}
	if err := i.takenAll(workflow); err != nil {
		return nil, err
	}
	id, err := runner.SubmitWorkflow(ctx, workflow)
	if err == nil {
		err = checkID(id)
	}
	if err != nil {
		return nil, err
	}
	return &schedulerv1.SubmitWorkflowResponse{Id: string(id)}, nil
}
