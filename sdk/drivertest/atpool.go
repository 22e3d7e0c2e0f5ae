package drivertest

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// submitBatch hands one job over as a batch, and sees that it is answered once.
func (s *subject) submitBatch(ctx context.Context, job *schedulerv1.Job) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewBatchesClient(s.conn()).SubmitBatch(ctx, &schedulerv1.SubmitBatchRequest{Instance: s.instance, Jobs: []*schedulerv1.Job{job}})
	if err != nil {
		return err
	}
	for answers := 0; ; answers++ {
		answer, err := stream.Recv()
		if err == io.EOF && answers == 1 {
			return nil
		}
		if err == io.EOF {
			return saw("a batch of one job got %d answers", answers)
		}
		if err != nil {
			return err
		}
		if n := len(answer.GetId()); answer.GetToken() != job.GetToken() || n == 0 || n > 512 {
			return saw("a batch of the job %s was answered with the token %q, an identifier of %d bytes, and the refusal %q", job.GetToken(), answer.GetToken(), n, answer.GetRefusal().GetText())
		}
	}
}

func (s *subject) suspend(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := schedulerv1.NewSuspendsClient(s.conn()).Suspend(ctx, &schedulerv1.SuspendRequest{Instance: s.instance, Jobs: refs})
	return err
}

func (s *subject) resume(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := schedulerv1.NewSuspendsClient(s.conn()).Resume(ctx, &schedulerv1.ResumeRequest{Instance: s.instance, Jobs: refs})
	return err
}

func (s *subject) remove(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := schedulerv1.NewRemovalsClient(s.conn()).Remove(ctx, &schedulerv1.RemoveRequest{Instance: s.instance, Jobs: refs})
	return err
}

// find gives the jobs whose tokens begin with a prefix, of any time.
func (s *subject) find(ctx context.Context, prefix string) ([]*schedulerv1.Found, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewFindsClient(s.conn()).Find(ctx, &schedulerv1.FindRequest{Instance: s.instance, Prefix: prefix})
	if err != nil {
		return nil, err
	}
	var all []*schedulerv1.Found
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		if token := m.GetFound().GetRef().GetToken(); !strings.HasPrefix(token, prefix) {
			return all, saw("Find for the prefix %q gave the job %q", prefix, token)
		}
		all = append(all, m.GetFound())
	}
}

// findOne gives what Find yields of one token: others may begin with it.
func (s *subject) findOne(ctx context.Context, token string) ([]*schedulerv1.Found, error) {
	all, err := s.find(ctx, token)
	return slices.DeleteFunc(all, func(f *schedulerv1.Found) bool { return f.GetRef().GetToken() != token }), err
}

func (s *subject) explain(ctx context.Context, ref *schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := schedulerv1.NewExplanationsClient(s.conn()).Explain(ctx, &schedulerv1.ExplainRequest{Instance: s.instance, Job: ref})
	if err == nil && answer.GetSummary() == "" {
		return saw("Explain gave no sentence")
	}
	return err
}

func (s *subject) inspect(ctx context.Context) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := schedulerv1.NewInspectionsClient(s.conn()).Inspect(ctx, &schedulerv1.InspectRequest{Instance: s.instance})
	if err == nil && (answer.GetSoftware() == "" || answer.GetCount() < int64(len(answer.GetNodes()))) {
		return saw("Inspect told of the software %q, and of %d nodes %d", answer.GetSoftware(), answer.GetCount(), len(answer.GetNodes()))
	}
	return err
}
