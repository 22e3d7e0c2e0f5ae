package supervise

import (
	"context"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Replace changes how the driver is started and treated, to what o says; its name, log and Changed stay. One replacement is made at a time.
//
// A running driver goes on while o.Start starts a new generation beside it, and prove (nil: nothing) looks at that. Then the new one is given out in
// its place, at once: no Acquire waits. The holders of the old one's leases see Retiring; it is stopped when they have released them, or after Linger.
// If the new one does not start, or prove objects, the old one goes on as it was, and the error is returned and shown as [Status.Refused]; while it is,
// the old one is not stopped for being idle.
//
// A driver that does not run is not started for it: the next Acquire does that, also if it had failed. One that is starting or draining is waited for.
func (s *Supervisor) Replace(ctx context.Context, o Options, prove func(context.Context, Process) error) error {
	select {
	case s.replacing <- struct{}{}:
		defer func() { <-s.replacing }()
	case <-ctx.Done():
		return fault.Of(ctx.Err()).New("driver %q: waiting for another replacement: %w", s.name, context.Cause(ctx))
	}
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelReplace = cancel
	defer func() { s.cancelReplace = nil }()
	if err := s.calm(ctx); err != nil {
		return err
	}
	if s.state != Ready {
		s.adopt(o)
		return nil
	}
	result := make(chan error, 1)
	s.life.Go(func() { s.succeed(ctx, o, prove, result) })
	s.mu.Unlock()
	err := <-result
	s.mu.Lock()
	return err
}

// Refuse notes why a new form of the driver is not even tried, as [Status.Refused]; nil: there is none any more.
func (s *Supervisor) Refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = err
	s.tell()
	if s.running != nil {
		s.running.signal()
	}
}

// calm waits while the driver is starting or draining; s.mu is held, but not meanwhile.
func (s *Supervisor) calm(ctx context.Context) error {
	for {
		switch {
		case s.closed:
			return s.closedError()
		case s.state != Starting && s.state != Draining:
			return nil
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
			s.mu.Lock()
		case <-ctx.Done():
			s.mu.Lock()
			if !s.closed {
				return fault.Of(ctx.Err()).New("driver %q: waiting for it to be replaced: %w", s.name, context.Cause(ctx))
			}
		}
	}
}

// adopt takes a new form over that nobody has tried; s.mu is held.
func (s *Supervisor) adopt(o Options) {
	s.o, s.refused = o, nil
	s.forgive()
	if s.state != Stopped {
		s.rest()
		return
	}
	s.tell()
}

// forgive forgets what has gone wrong; s.mu is held.
func (s *Supervisor) forgive() {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.crashes = nil
}

// succeed starts a generation beside the one that runs, and is then its life.
func (s *Supervisor) succeed(ctx context.Context, o Options, prove func(context.Context, Process) error, result chan<- error) {
	p, err := o.Start(ctx)
	if err == nil && prove != nil {
		if err = prove(ctx, p); err != nil {
			s.discard(ctx, p)
		}
	}
	var g *generation
	if err == nil {
		g, err = s.takeOver(ctx, o, p)
		if g == nil {
			s.discard(ctx, p)
		}
	}
	if err != nil {
		s.log.Warn("new form of the driver is refused", "error", err)
		s.Refuse(err)
	}
	result <- err
	if g != nil {
		s.attend(g)
	}
}

// takeOver gives p out from now on. No generation: p is not used, and is to be ended.
func (s *Supervisor) takeOver(ctx context.Context, o Options, p Process) (*generation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The old one may have been stopped or have crashed meanwhile.
	if err := s.calm(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	select {
	case <-p.Done():
		if err := p.Err(); err != nil {
			return nil, err
		}
		return nil, fault.Crashed.New("driver %q ended by itself", s.name)
	default:
	}
	if s.state == Stopped {
		s.adopt(o)
		return nil, nil
	}
	old := s.running
	s.o, s.refused = o, nil
	s.forgive()
	s.number++
	g := newGeneration(s.number, p)
	if old != nil {
		s.leaving[old] = struct{}{}
	}
	s.run(g)
	if old != nil {
		old.retire()
		s.life.Go(func() { s.drain(old, o.Linger, o.Grace) })
	}
	return g, nil
}
