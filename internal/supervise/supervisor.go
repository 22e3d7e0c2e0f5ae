package supervise

import (
	"context"
	"errors"
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
	// Stop ends it and waits for Done.
	Stop(ctx context.Context) error
	// PID is 0 within this process.
	PID() int
}

// Options of a supervisor. Name and Start are required.
type Options struct {
	// Name is the driver's, for errors and the log.
	Name string
	// Start starts one life of the driver and proves that it is usable. It is never called twice at the same time. Its ctx is done when the
	// supervisor stops; the life that it starts must outlive it. An error of kind Invalid, NotFound, Denied or Unsupported is taken as final.
	Start func(ctx context.Context) (Process, error)
	// Log is told of every change of state; nil: nothing is.
	Log hclog.Logger
	// Backoff is the longest delay before the first restart, doubled for each further crash within Window up to MaxBackoff; the delay is
	// drawn evenly from nothing to that. 0: 200 ms and 30 s.
	Backoff, MaxBackoff time.Duration
	// Budget is how many crashes within Window are followed by a restart. 0: 5 in 10 minutes.
	Budget int
	Window time.Duration
	// Probe is how long a failed driver is left alone before somebody's wish to use it starts it once more. 0: 10 minutes.
	Probe time.Duration
	// Grace is how long Stop waits for the leases to be released. 0: 10 s.
	Grace time.Duration
}

// Supervisor owns one driver. It is safe for concurrent use.
type Supervisor struct{}

// New makes a supervisor of a stopped driver. Whoever makes it closes it.
func New(o Options) *Supervisor { return &Supervisor{} }

// Acquire gives the use of the driver, and starts it when it is not running; any number of callers wait for one start. Who cannot have it
// before ctx is done gets fault.Unavailable (with fault.RetryAfter where that is known) that wraps what is wrong with the driver. The caller
// must release the lease.
func (s *Supervisor) Acquire(ctx context.Context) (*Lease, error) { return nil, errors.ErrUnsupported }

// Stop drains the driver and ends it: nothing new is given out, leases are waited for (their holders see Retiring), then the process is
// stopped. ctx bounds all of it. A later Acquire starts it again.
func (s *Supervisor) Stop(ctx context.Context) error { return nil }

// Close is Stop for ever: a later Acquire is fault.Unavailable.
func (s *Supervisor) Close(ctx context.Context) error { return nil }
