package scheduler

import "context"

// Batcher is a driver that can hand many jobs over at once for about what one costs. The host then gives it what arrives together; without it each job is a
// Submit of its own.
type Batcher interface {
	// SubmitBatch hands jobs over, each as Submit would: idempotent by its own token, alone or with any others. It yields exactly one answer for each job, in any
	// order, as soon as that is known. An error of its own is about those that nothing was yielded for. It stops with yield's error. Tokens are different: the SDK
	// refuses a batch in which one comes twice as fault.Invalid, and no driver sees it.
	SubmitBatch(ctx context.Context, jobs []Job, yield func(Submitted) error) error
}

// Submitted is what became of one job of a batch.
type Submitted struct {
	// Token is the job's.
	Token string
	// ID is the pool's identifier; "" where Err says why there is none.
	ID ID
	// Err is as Submit's.
	Err error
}
