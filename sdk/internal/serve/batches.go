package serve

import (
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type batchesServer struct {
	schedulerv1.UnimplementedBatchesServer
	instances *instances
}

// SubmitBatch answers by itself about the jobs that no driver should see, and sees to it that the driver answers about each of the others once.
func (s *batchesServer) SubmitBatch(req *schedulerv1.SubmitBatchRequest, stream grpc.ServerStreamingServer[schedulerv1.SubmitBatchResponse]) error {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	batcher, err := supports[scheduler.Batcher](i)
	if err != nil {
		return err
	}
	var jobs []scheduler.Job
	left := make(map[string]bool, len(req.GetJobs()))
	for _, p := range req.GetJobs() {
		if token := p.GetToken(); left[token] {
			return fault.By(fault.Host, fault.Invalid.New("two jobs of a batch have the token %q", token))
		}
		left[p.GetToken()] = true
	}
	answer := func(a scheduler.Submitted) error {
		if !left[a.Token] {
			return fault.By(fault.Driver, fault.Internal.New("the driver answered about a job %q that it was not asked about, or twice", a.Token))
		}
		delete(left, a.Token)
		if a.Err == nil {
			a.Err = checkID(a.ID)
		}
		return stream.Send(wire.SubmittedToProto(a))
	}
	for _, p := range req.GetJobs() {
		job := wire.JobFromProto(p)
		if wrong := i.submittable(job); wrong == nil {
			jobs = append(jobs, job)
		} else if err := answer(scheduler.Submitted{Token: job.Token, Err: wrong}); err != nil {
			return err
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	if err := batcher.SubmitBatch(stream.Context(), jobs, answer); err != nil {
		return err
	}
	if len(left) > 0 {
		return fault.By(fault.Driver, fault.Internal.New("the driver did not say what became of %d of %d jobs", len(left), len(req.GetJobs())))
	}
	return nil
}
