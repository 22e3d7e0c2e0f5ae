package follow

import (
	"context"
	"time"
)

// deadline is when the job's policy wants something done about it; zero: nothing.
func (l *ledger) deadline() time.Time { return time.Time{} }

// expire does what is due at the deadline. It is called by the follower's own goroutine: what takes time is a worker (see work). Until the deadline
// moves it is called at each tick.
func (f *follower) expire(ctx context.Context, l *ledger, now time.Time) {}
