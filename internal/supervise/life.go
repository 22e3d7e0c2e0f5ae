package supervise

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// finalProbe is how long a driver is left alone that cannot run as it is. Looking at it again costs little and runs nothing that crashes, and who has
// just corrected its file wants to see that.
const finalProbe = 10 * time.Second

// start begins a generation; s.mu is held.
func (s *Supervisor) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancelStart = cancel
	s.number++
	s.enter(Starting, "generation", s.number)
	start := s.o.Start
	s.life.Go(func() { s.live(ctx, start) })
}

// live is one generation, from its start to its end. It is the only one that leaves Starting.
func (s *Supervisor) live(ctx context.Context, start func(context.Context) (Process, error)) {
	p, err := start(ctx)
	s.mu.Lock()
	s.cancelStart()
	switch {
	case s.state == Draining && err != nil: // stopped while it started
		s.rest()
		s.mu.Unlock()
		return
	case s.state == Draining:
		s.mu.Unlock()
		// Whoever stopped it never saw it and cannot end it.
		s.discard(ctx, p)
		s.mu.Lock()
		s.rest()
		s.mu.Unlock()
		return
	case err != nil:
		s.crashed(err)
		s.mu.Unlock()
		return
	}
	g := newGeneration(s.number, p)
	s.run(g)
	s.mu.Unlock()
	s.attend(g)
}

// run makes a generation the one that is given out; s.mu is held.
func (s *Supervisor) run(g *generation) {
	s.running = g
	s.probing, s.trouble = false, nil
	s.enter(Ready, "generation", g.number, "pid", g.process.PID())
}

// discard ends a process that nobody has used: at once, or by force after the grace.
func (s *Supervisor) discard(ctx context.Context, p Process) {
	s.mu.Lock()
	grace := s.o.Grace
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		s.log.Warn("driver stopped by force", "error", err)
	}
}

// ended is told of the end of a generation, however it came about.
func (s *Supervisor) ended(g *generation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(g.over)
	switch {
	case s.running != g:
		delete(s.leaving, g)
		s.tell()
		s.wake()
	case s.state == Draining:
		s.rest()
	default:
		err := g.err()
		if err == nil {
			err = fault.Crashed.New("driver %q ended by itself", s.name)
		}
		s.crashed(err)
	}
}

// rest is the end of Draining; s.mu is held.
func (s *Supervisor) rest() {
	s.running, s.trouble, s.probing = nil, nil, false
	s.enter(Stopped)
}

// crashed decides what follows a start that failed, or a crash; s.mu is held.
func (s *Supervisor) crashed(err error) {
	now := time.Now()
	if s.running != nil {
		s.running.retire()
		s.running = nil
	}
	s.trouble, s.crash, s.crashedAt = err, err, now
	kept := s.crashes[:0]
	for _, at := range s.crashes {
		if now.Sub(at) < s.o.Window {
			kept = append(kept, at)
		}
	}
	s.crashes = append(kept, now)
	if s.probing || final(err) || len(s.crashes) > s.o.Budget {
		s.probing = false
		probe := s.o.Probe
		if final(err) {
			probe = min(probe, finalProbe)
		}
		s.retryAt = now.Add(probe)
		s.enter(Failed, "generation", s.number)
		s.log.Error("driver has failed", "error", err, "crashes", len(s.crashes), "tried_again_after", probe)
		return
	}
	delay := s.backoff(len(s.crashes))
	s.retryAt = now.Add(delay)
	s.enter(BackingOff, "generation", s.number)
	s.log.Warn("driver crashed and is restarted", "error", err, "in", delay)
	s.timer = time.AfterFunc(delay, s.restart)
}

// restart is called when the delay is over.
func (s *Supervisor) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Stop may have come first, and more may have happened since.
	if s.state != BackingOff || time.Now().Before(s.retryAt) {
		return
	}
	s.restarts++
	s.start()
}

// final tells whether starting again would end the same way.
func final(err error) bool {
	for _, kind := range []fault.Kind{fault.Invalid, fault.NotFound, fault.Denied, fault.Unsupported} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
