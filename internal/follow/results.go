package follow

import "context"

// expectResults notes, of a job that news has just ended, before that is written, that its results are to be brought.
func (l *ledger) expectResults() {}

// ended is told of each job whose end this follower has written. It is called by the follower's own goroutine: what takes time is a worker (see work).
func (f *follower) ended(ctx context.Context, l *ledger) {}
