package supervise

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
)

// Process is one life of a driver, in a process of its own or within this one.
type Process interface {
	Conn() grpc.ClientConnInterface
	// Done is closed when the life is over.
	Done() <-chan struct{}
	// Err says after Done how it ended; nil: by Stop.
	Err() error
	// Stop ends it, by force when ctx is done, and waits for Done. An error says that force was needed, or that it does not end.
	Stop(ctx context.Context) error
	// PID is 0 within this process.
	PID() int
}

// Options of a supervisor. Name and Start are required.
type Options struct {
	// Name is the driver's, for errors and the log.
	Name string
	// Start starts one life of the driver and proves that it is usable. It is never called twice at the same time, but a Replace may call its own
	// beside it. Its ctx is done when the supervisor stops the driver; the life that it starts must outlive it. An error of kind Invalid,
	// NotFound, Denied or Unsupported is taken as final: trying again would not help.
	Start func(ctx context.Context) (Process, error)
	// Log is told of every change of state; nil: nothing is.
	Log hclog.Logger
	// Changed is told of every change of the driver's status, one after the other and in their order; nil: nobody is. It runs on a goroutine of
	// its own, so that one that takes long holds up nothing but the news behind it. It must not call Stop, Close or Replace.
	Changed func(Status)
	// Backoff is the longest delay before the first restart, doubled for each further crash within Window up to MaxBackoff; the delay is
	// drawn evenly from nothing to that. 0: 200 ms and 30 s.
	Backoff, MaxBackoff time.Duration
	// Budget is how many crashes within Window are followed by a restart. 0: 5 in 10 minutes; negative: none.
	Budget int
	Window time.Duration
	// Probe is how long a failed driver is left alone before somebody's wish to use it starts it once more; it is 10 s at most if the failure was
	// final. 0: 10 minutes.
	Probe time.Duration
	// Grace is how long Stop waits for leases to be released before it stops the process, and how long the process may take for that. 0: 10 s.
	Grace time.Duration
	// Linger is how long a generation that was replaced may take for the calls it has: nobody waits for it, so it is longer than any call's
	// deadline. 0: 3 minutes.
	Linger time.Duration
	// Idle is how long a driver that nobody uses goes on. It is stopped then, and started again by the next Acquire. 0: for ever; so is one whose
	// replacement was refused, which might not start again.
	Idle time.Duration
	// Health finds out whether a driver hangs that is in use.
	Health Health
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		to *time.Duration
		is time.Duration
	}{
		{&o.Backoff, 200 * time.Millisecond},
		{&o.MaxBackoff, 30 * time.Second},
		{&o.Window, 10 * time.Minute},
		{&o.Probe, 10 * time.Minute},
		{&o.Grace, 10 * time.Second},
		{&o.Linger, 3 * time.Minute},
		{&o.Health.Every, 5 * time.Second},
		{&o.Health.Limit, 2 * time.Second},
	} {
		if *d.to == 0 {
			*d.to = d.is
		}
	}
	if o.Budget == 0 {
		o.Budget = 5
	}
	if o.Health.Misses == 0 {
		o.Health.Misses = 3
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	return o
}
