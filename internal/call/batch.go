package call

import (
	"context"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const (
	// mostOfBatch is how many jobs go in one message, which bounds what a driver has to do within one deadline.
	mostOfBatch = 500
	// batchSize is how many bytes of jobs go in one message, which has to hold the rest as well.
	batchSize = wire.MaxMessage - 64<<10
)

// SubmitBatch is scheduler.Batcher's: safe to repeat, by the jobs' tokens. Each job is answered once at most; one that the driver did not answer, or whose
// answer cannot be believed, is in the error. Jobs that are too many for one message go in several, each with a deadline of its own.
func (s *Scheduler) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	if err := s.need(Batches, "take jobs in batches"); err != nil {
		return err
	}
	var some []*schedulerv1.Job
	size := 0
	for _, job := range jobs {
		message := wire.JobToProto(job)
		own := proto.Size(message) + 16 // its place in the list
		if len(some) > 0 && (len(some) == mostOfBatch || size+own > batchSize) {
			if err := s.submitBatch(ctx, some, yield); err != nil {
				return err
			}
			some, size = nil, 0
		}
		some, size = append(some, message), size+own
	}
	if len(some) == 0 {
		return nil
	}
	return s.submitBatch(ctx, some, yield)
}

func (s *Scheduler) submitBatch(ctx context.Context, jobs []*schedulerv1.Job, yield func(scheduler.Submitted) error) error {
	// What was answered is not asked again of a driver that went away in the middle.
	left := make(map[string]*schedulerv1.Job, len(jobs))
	for _, job := range jobs {
		if left[job.GetToken()] != nil {
			return fault.By(fault.Host, fault.Invalid.New("two jobs of a batch have the token %q", job.GetToken()))
		}
		left[job.GetToken()] = job
	}
	var doubt doubt
	return s.do(ctx, verb{name: "SubmitBatch", op: "submit", deadline: submitDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		request := &schedulerv1.SubmitBatchRequest{Instance: i.ref()}
		for _, job := range jobs {
			if left[job.GetToken()] != nil {
				request.Jobs = append(request.Jobs, job)
			}
		}
		if len(request.GetJobs()) == 0 {
			return nil
		}
		stream, err := schedulerv1.NewBatchesClient(conn).SubmitBatch(ctx, request)
		if err != nil {
			return doubt.about(err)
		}
		for {
			answer, err := stream.Recv()
			if err == io.EOF {
				return unanswered(len(left), len(jobs))
			}
			if err != nil {
				return doubt.about(err)
			}
			submitted := wire.SubmittedFromProto(answer)
			if left[submitted.Token] == nil {
				return fault.By(fault.Driver, fault.Internal.New("the driver answered about a job %q that it was not asked about, or twice", wire.Text(submitted.Token)))
			}
			delete(left, submitted.Token)
			if submitted.Err == nil {
				submitted.ID, submitted.Err = identifier(answer.GetId())
			}
			submitted.Err = i.clean(ctx, doubt.about(submitted.Err))
			if err := yield(submitted); err != nil {
				return err
			}
		}
	})
}

func unanswered(left, of int) error {
	if left == 0 {
		return nil
	}
	return fault.By(fault.Driver, fault.Internal.New("the driver did not say what became of %d of %d jobs", left, of))
}
