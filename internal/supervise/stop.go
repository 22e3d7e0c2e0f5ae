package supervise

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Stop drains the driver and ends it: nothing new is given out, leases are waited for (their holders see Retiring) for as long as Grace, then the
// process is stopped, by force when ctx is done. Generations that were replaced and have not ended are waited for as well. A driver that failed is
// given a new chance. A later Acquire starts it again.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.mu.Lock()
	switch s.state {
	case Ready:
		s.retire()
	case Starting:
		s.enter(Draining, "generation", s.number)
		s.cancelStart()
	case BackingOff, Failed:
		s.forgive()
		s.rest()
	}
	var ending []*generation
	if s.running != nil {
		ending = append(ending, s.running)
	}
	for g := range s.leaving {
		ending = append(ending, g)
	}
	s.mu.Unlock()

	var errs []error
	gone := true
	for _, g := range ending {
		ended, err := g.end(ctx)
		gone = gone && ended
		errs = append(errs, err)
	}
	// A process that not even the kernel can end is no longer waited for.
	if gone {
		errs = append(errs, s.settled(ctx))
	}
	return errors.Join(errs...)
}

// end waits for the end of a generation that is drained, by force when ctx is done, and tells whether it has ended.
func (g *generation) end(ctx context.Context) (bool, error) {
	select {
	case <-g.drained:
	case <-ctx.Done():
		g.force()
		<-g.drained
	}
	select {
	case <-g.process.Done():
		<-g.over
		return true, g.left
	default:
		return false, g.left
	}
}

// retire begins to drain the running generation; s.mu is held.
func (s *Supervisor) retire() {
	g := s.running
	g.retire()
	s.enter(Draining, "generation", g.number, "leases", g.leases)
	grace := s.o.Grace
	s.life.Go(func() { s.drain(g, grace, grace) })
}

// drain waits for the leases of a generation that is retiring, for as long as patience, and stops it.
func (s *Supervisor) drain(g *generation, patience, grace time.Duration) {
	defer close(g.drained)
	released := s.await(g, patience, grace)
	ctx, cancel := context.WithTimeout(g.forced, grace)
	defer cancel()
	g.left = g.process.Stop(ctx)
	if !released {
		s.log.Warn("driver stopped while it was in use", "generation", g.number, "error", g.left)
	}
}

// await waits for the last lease of g. Once the supervisor is closed it waits no longer than the grace.
func (s *Supervisor) await(g *generation, patience, grace time.Duration) bool {
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for closing := s.closing; ; {
		select {
		case <-g.unused:
			return true
		case <-g.process.Done():
			return true
		case <-closing:
			closing = nil
			enough.Reset(min(patience, grace))
		case <-enough.C:
			return false
		case <-g.forced.Done():
			return false
		}
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
			return fault.Of(ctx.Err()).New("driver %q: waiting for its end: %w", s.name, context.Cause(ctx))
		}
	}
}

// Close is Stop for ever: whoever waits, and every later Acquire and Replace, gets fault.Unavailable.
func (s *Supervisor) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	if s.cancelReplace != nil {
		s.cancelReplace()
	}
	grace := s.o.Grace
	// Whoever waits for another state will not see one.
	s.wake()
	s.mu.Unlock()
	err := s.Stop(ctx)
	s.mu.Lock()
	gone := s.state == Stopped && len(s.leaving) == 0
	s.mu.Unlock()
	if gone {
		s.life.Wait()
	}
	s.allTold(ctx, grace)
	return err
}
