package supervise

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Stop drains the driver and ends it: nothing new is given out, leases are waited for (their holders see Retiring) for as long as Grace, then the
// process is stopped, by force when ctx is done. A driver that failed is given a new chance. A later Acquire starts it again.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.mu.Lock()
	var ending *generation
	switch s.state {
	case Ready:
		ending = s.running
		ending.retire()
		s.enter(Draining, "generation", s.number, "leases", ending.leases)
	case Starting:
		s.enter(Draining, "generation", s.number)
		s.cancelStart()
	case BackingOff, Failed:
		if s.timer != nil {
			s.timer.Stop()
		}
		s.crashes = nil
		s.rest()
	}
	s.mu.Unlock()
	if ending == nil {
		return s.settled(ctx)
	}
	released := s.await(ctx, ending.unused)
	err := ending.process.Stop(ctx)
	if !released {
		s.o.Log.Warn("driver stopped while it was in use", "error", err)
	}
	select {
	case <-ending.process.Done():
		// live is about to see that too.
		return errors.Join(err, s.settled(context.WithoutCancel(ctx)))
	default:
		return err
	}
}

// settled waits for the end of Draining.
func (s *Supervisor) settled(ctx context.Context) error {
	for {
		s.mu.Lock()
		state, changed := s.state, s.changed
		s.mu.Unlock()
		if state != Draining {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fault.Of(ctx.Err()).New("driver %q: waiting for its end: %w", s.o.Name, context.Cause(ctx))
		}
	}
}

// await waits for the last lease, at most for the grace.
func (s *Supervisor) await(ctx context.Context, unused <-chan struct{}) bool {
	grace := time.NewTimer(s.o.Grace)
	defer grace.Stop()
	select {
	case <-unused:
		return true
	case <-grace.C:
	case <-ctx.Done():
	}
	return false
}

// Close is Stop for ever: whoever waits, and every later Acquire, gets fault.Unavailable.
func (s *Supervisor) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	// Whoever waits for another state will not see one.
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	err := s.Stop(ctx)
	if s.Status().State == Stopped {
		s.life.Wait()
	}
	return err
}
