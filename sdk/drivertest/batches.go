package drivertest

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func batchChecks() []check {
	const look = "Look every token of the batch up at the pool, in one question, before you hand anything over."
	return group("batches", serviceBatches, "scheduler.Batcher; scheduler.proto, service Batches",
		of("same-token-again", "A token that comes in two batches, and alone, is one job with one identifier.", "", look, batchedAgain),
		of("refusal-spoils-nothing", "A job of a batch that cannot be run is refused by itself; the others are taken and run.", "",
			"Answer each job with its own error; the batch's error is about those that nothing was yielded for.", batchWithARefusal),
		of("kill-within", "A driver that is killed within a batch makes one job of each token, once the next process gets the batch again.", "", look, killedWithinABatch),
	)
}

// batch hands jobs over together and gives what was answered by token; each job must be answered once.
func (t *trial) batch(ctx context.Context, s *subject, jobs ...*schedulerv1.Job) (map[string]*schedulerv1.SubmitBatchResponse, error) {
	if problem := t.suite.scouted.problem; problem != nil {
		return nil, saw("not tried, because no job comes through (see submit/runs-a-job): %v", problem)
	}
	for _, job := range jobs {
		t.keep(refTo(job))
	}
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewBatchesClient(s.conn()).SubmitBatch(ctx, &schedulerv1.SubmitBatchRequest{Instance: s.instance, Jobs: jobs})
	if err != nil {
		return nil, saw("SubmitBatch: %s", said(err))
	}
	all := map[string]*schedulerv1.SubmitBatchResponse{}
	for {
		answer, err := stream.Recv()
		if err == io.EOF && len(all) == len(jobs) {
			return all, nil
		}
		if err == io.EOF {
			return all, saw("a batch of %d jobs got %d answers", len(jobs), len(all))
		}
		if err != nil {
			return all, saw("SubmitBatch: %s", said(err))
		}
		if all[answer.GetToken()] != nil {
			return all, saw("job %s of a batch was answered twice", answer.GetToken())
		}
		all[answer.GetToken()] = answer
	}
}

// taken is batch for jobs that must all be taken.
func (t *trial) taken(ctx context.Context, s *subject, jobs ...*schedulerv1.Job) ([]*schedulerv1.JobRef, error) {
	answers, err := t.batch(ctx, s, jobs...)
	if err != nil {
		return nil, err
	}
	refs := make([]*schedulerv1.JobRef, len(jobs))
	for i, job := range jobs {
		answer := answers[job.GetToken()]
		if answer.GetId() == "" {
			return nil, saw("job %s of a batch was not taken: %q", job.GetToken(), answer.GetRefusal().GetText())
		}
		refs[i] = refTo(job)
		refs[i].Id = answer.GetId()
	}
	return refs, nil
}

func batchedAgain(ctx context.Context, t *trial) error {
	a, b, c := t.marking("exit 0"), t.marking("exit 0"), t.marking("exit 0")
	one, err := t.taken(ctx, t.subject, a, b)
	if err != nil {
		return err
	}
	two, err := t.taken(ctx, t.subject, c, b)
	if err != nil {
		return err
	}
	alone, err := t.submit(ctx, a)
	if err != nil {
		return err
	}
	if one[1].GetId() != two[1].GetId() || one[0].GetId() != alone.GetId() {
		return saw("one token is %q in one batch and %q in another; another token is %q in a batch and %q alone", one[1].GetId(), two[1].GetId(), one[0].GetId(), alone.GetId())
	}
	if one[0].GetId() == one[1].GetId() {
		return saw("two jobs of a batch have one identifier, %q", one[0].GetId())
	}
	return t.once(ctx, t.subject, one[0], one[1], two[0])
}

func batchWithARefusal(ctx context.Context, t *trial) error {
	first, bad, last := t.marking("exit 0"), t.shell("exit 0", "a\x00b"), t.marking("exit 0")
	answers, err := t.batch(ctx, t.subject, first, bad, last)
	if err != nil {
		return err
	}
	if refusal := answers[bad.GetToken()].GetRefusal(); refusal.GetReason() != string(fault.Invalid) {
		return saw("a job with a NUL byte in an argument was answered with the identifier %q and the refusal %q (%s)", answers[bad.GetToken()].GetId(), refusal.GetText(), refusal.GetReason())
	}
	for _, job := range []*schedulerv1.Job{first, last} {
		if answers[job.GetToken()].GetId() == "" {
			return saw("beside a job that was refused another was not taken: %q", answers[job.GetToken()].GetRefusal().GetText())
		}
	}
	return t.once(ctx, t.subject, refTo(first), refTo(last))
}

func killedWithinABatch(ctx context.Context, t *trial) error {
	for _, moment := range moments(t.suite.scouted.submitting) {
		jobs := []*schedulerv1.Job{t.marking("exit 0"), t.marking("exit 0"), t.marking("exit 0")}
		s, err := t.begin(ctx)
		if err != nil {
			return err
		}
		called := make(chan struct{})
		go func() {
			defer close(called)
			_, _ = t.batch(ctx, s, jobs...)
		}()
		_ = sleep(ctx, moment)
		s.kill()
		<-called
		next, err := t.begin(ctx)
		if err != nil {
			return err
		}
		refs, err := t.taken(ctx, next, jobs...)
		if err != nil {
			return err
		}
		if err := t.once(ctx, next, refs...); err != nil {
			return err
		}
	}
	return nil
}
