package drivertest

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func batchChecks() []check {
	const look = "Look every token of the batch up at the pool, in one question, before you hand anything over."
	return group("batches", serviceBatches, "scheduler.Batcher; scheduler.proto, service Batches",
		of("same-token-again", "A token that comes in two batches, and alone, is one job with one identifier.", "", look, batchedAgain),
		of("refusal-spoils-nothing", "A job of a batch that cannot be run is refused by itself; the others are taken and run.", "",
			"Answer each job with its own error; the batch's error is about those that nothing was yielded for.", batchWithARefusal),
		of("token-twice", "A batch in which a token comes twice is refused as INVALID, and nothing of it is handed over.", "scheduler.Batcher; scheduler.proto, message SubmitBatchRequest",
			"Compare the tokens before you hand anything over; Go's SDK does.", batchWithATwin),
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
			return all, saw("SubmitBatch: %w", &callError{err})
		}
		if all[answer.GetToken()] != nil {
			return all, saw("job %s of a batch was answered twice", answer.GetToken())
		}
		all[answer.GetToken()] = answer
	}
}

// kill waits for the moment at which a driver is killed within a batch.
type kill func(context.Context, grpc.ServerStreamingClient[schedulerv1.SubmitBatchResponse])

func afterAnAnswer(_ context.Context, stream grpc.ServerStreamingClient[schedulerv1.SubmitBatchResponse]) {
	_, _ = stream.Recv()
}

func killsAt(moments ...time.Duration) []kill {
	all := make([]kill, len(moments))
	for i, moment := range moments {
		all[i] = func(ctx context.Context, _ grpc.ServerStreamingClient[schedulerv1.SubmitBatchResponse]) {
			_ = sleep(ctx, moment)
		}
	}
	return all
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

func batchWithATwin(ctx context.Context, t *trial) error {
	first, twin := t.marking("exit 0"), t.marking("exit 0")
	answers, err := t.batch(ctx, t.subject, first, twin, twin)
	if kindOf(err) != fault.Invalid {
		return saw("a batch in which a token came twice gave %s instead of %s, and %d answers", orNothing(err), fault.Invalid, len(answers))
	}
	told, err := t.query(ctx, refTo(first), refTo(twin))
	if err != nil {
		return saw("Query: %s", said(err))
	}
	for _, s := range told {
		if s.GetState() != schedulerv1.State_STATE_LOST {
			return saw("a batch was refused as a whole, and one of its jobs is %s", show(s))
		}
	}
	return nil
}

// killedWithinABatch kills the driver at some moments, and at that of the first answer, at which a part of the batch has been handed over for certain.
func killedWithinABatch(ctx context.Context, t *trial) error {
	for _, kill := range append(killsAt(moments(t.suite.scouted.submitting)...), afterAnAnswer) {
		jobs := []*schedulerv1.Job{t.marking("exit 0"), t.marking("exit 0"), t.marking("exit 0")}
		s, err := t.begin(ctx)
		if err != nil {
			return err
		}
		for _, job := range jobs {
			t.keep(refTo(job))
		}
		within, cancel := t.suite.patient(ctx)
		stream, err := schedulerv1.NewBatchesClient(s.conn()).SubmitBatch(within, &schedulerv1.SubmitBatchRequest{Instance: s.instance, Jobs: jobs})
		if err == nil {
			kill(within, stream)
		}
		s.kill()
		cancel()
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
