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
	// Start starts one life of the driver and proves that it is usable. It is never called twice at the same time. Its ctx is done when the
	// supervisor stops the driver; the life that it starts must outlive it. An error of kind Invalid, NotFound, Denied or Unsupported is
	// taken as final: trying again would not help.
	Start func(ctx context.Context) (Process, error)
	// Log is told of every change of state; nil: nothing is.
	Log hclog.Logger
	// Backoff is the longest delay before the first restart, doubled for each further crash within Window up to MaxBackoff; the delay is
	// drawn evenly from nothing to that. 0: 200 ms and 30 s.
	Backoff, MaxBackoff time.Duration
	// Budget is how many crashes within Window are followed by a restart. 0: 5 in 10 minutes.
	Budget int
	Window time.Duration
	// Probe is how long a failed driver is left alone before somebody's wish to use it starts it once more; it is 10 s at most if the failure was
	// final. 0: 10 minutes.
	Probe time.Duration
	// Grace is how long Stop waits for leases to be released before it stops the process. 0: 10 s.
	Grace time.Duration
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
	} {
		if *d.to == 0 {
			*d.to = d.is
		}
	}
	if o.Budget == 0 {
		o.Budget = 5
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	return o
}
