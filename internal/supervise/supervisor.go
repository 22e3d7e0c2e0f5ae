package supervise

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Supervisor owns one driver. It is safe for concurrent use.
type Supervisor struct {
	name      string
	log       hclog.Logger
	told      func(Status)   // nil: nobody is
	life      sync.WaitGroup // of the goroutines of generations
	replacing chan struct{}  // holds one token: the right to replace
	closing   chan struct{}  // closed by Close

	mu      sync.Mutex
	o       Options
	state   State
	since   time.Time
	changed chan struct{} // closed and replaced with every change
	closed  bool

	running       *generation              // in Ready and Draining, unless it was never ready
	leaving       map[*generation]struct{} // were replaced, or hang, and have not ended
	number        uint64                   // of the last generation
	cancelStart   context.CancelFunc       // in Starting and Draining
	cancelReplace context.CancelFunc       // while there is a Replace
	probing       bool                     // in Starting: after Failed

	trouble   error // in BackingOff and Failed
	retryAt   time.Time
	timer     *time.Timer // in BackingOff
	crashes   []time.Time // within the window
	crash     error       // the last one
	crashedAt time.Time
	restarts  int
	refused   error // the last new form, until one is taken over

	news    []Status      // not told yet
	telling chan struct{} // while there is news: closed when all is told
}

// New makes a supervisor of a stopped driver. Whoever makes it closes it.
func New(o Options) *Supervisor {
	o = o.withDefaults()
	return &Supervisor{
		name: o.Name, log: o.Log, told: o.Changed, replacing: make(chan struct{}, 1), closing: make(chan struct{}),
		o: o, state: Stopped, since: time.Now(), changed: make(chan struct{}), leaving: map[*generation]struct{}{},
	}
}

// enter changes the state; s.mu is held.
func (s *Supervisor) enter(state State, args ...any) {
	s.log.Debug("driver is "+string(state), append(args, "was", s.state, "for", time.Since(s.since).Round(time.Millisecond))...)
	s.state, s.since = state, time.Now()
	s.tell()
	s.wake()
}

// wake lets everybody who waits for a change look again; s.mu is held.
func (s *Supervisor) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Acquire gives the use of the driver, and starts it when it is not running; any number of callers wait for one start. Who cannot have it
// before ctx is done gets fault.Unavailable (with fault.RetryAfter where that is known) that wraps what is wrong with the driver; when that is known
// beforehand, at once. A driver that cannot be started as it is gives the error of its start. The caller must release the lease.
func (s *Supervisor) Acquire(ctx context.Context) (*Lease, error) {
	for {
		s.mu.Lock()
		lease, err := s.take(ctx)
		changed := s.changed
		s.mu.Unlock()
		if lease != nil || err != nil {
			return lease, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, s.givenUp(ctx)
		}
	}
}

// closedError is what everybody gets after Close.
func (s *Supervisor) closedError() error {
	return fault.By(fault.Host, fault.Unavailable.New("driver %q: the host is closing", s.name))
}

// take gives a lease, an error, or neither: then the next change of state is to be waited for. s.mu is held.
func (s *Supervisor) take(ctx context.Context) (*Lease, error) {
	if ctx.Err() != nil {
		return nil, fault.Of(ctx.Err()).New("driver %q: %w", s.name, context.Cause(ctx))
	}
	if s.closed {
		return nil, s.closedError()
	}
	switch s.state {
	case Ready:
		select {
		case <-s.running.process.Done():
			return nil, nil // live is about to see that too
		default:
			return s.newLease(s.running), nil
		}
	case Stopped:
		s.start()
	case Failed:
		if time.Now().Before(s.retryAt) {
			return nil, s.unavailable("has failed")
		}
		s.probing = true
		s.start()
	case BackingOff:
		if deadline, ok := ctx.Deadline(); ok && deadline.Before(s.retryAt) {
			return nil, s.unavailable("is not ready")
		}
	}
	return nil, nil
}

// unavailable says what is wrong and when to come back; s.mu is held. What is final speaks for itself.
func (s *Supervisor) unavailable(what string) error {
	if final(s.trouble) {
		return s.trouble
	}
	err := fault.Unavailable.New("driver %q %s and is tried again in %v: %w", s.name, what, time.Until(s.retryAt).Round(time.Millisecond), s.trouble)
	return fault.After(fault.By(fault.Blame(s.trouble), err), time.Until(s.retryAt))
}

// givenUp is the error of somebody who waited for as long as he could.
func (s *Supervisor) givenUp(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault.Of(ctx.Err()) == fault.Cancelled {
		return fault.Cancelled.New("driver %q: %w", s.name, context.Cause(ctx))
	}
	if s.state == BackingOff || s.state == Failed {
		return s.unavailable("is not ready")
	}
	err := fault.Unavailable.New("driver %q is %s and was not ready in time", s.name, s.state)
	if s.trouble != nil {
		err = fault.Unavailable.New("driver %q is %s and was not ready in time; before that: %w", s.name, s.state, s.trouble)
	}
	return fault.By(fault.Driver, err)
}
