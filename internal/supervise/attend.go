package supervise

import "time"

// duty is what is due to be done for a generation that runs.
type duty int

const (
	nothing  duty = iota
	askIt         // somebody uses it: does it hang?
	stopIdle      // nobody uses it: for long enough?
)

// attend looks after a generation until it has ended. It sleeps for as long as there is nothing to look after.
func (s *Supervisor) attend(g *generation) {
	defer g.force()
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	misses := 0
	for {
		what, in, health := s.duty(g, misses > 0)
		due.Stop()
		if what != nothing {
			due.Reset(in)
		}
		select {
		case <-g.process.Done():
			s.ended(g)
			return
		case <-g.news:
			continue
		case <-due.C:
		}
		switch {
		case what == stopIdle:
			s.stopIfIdle(g)
		case misses == 0 && !s.inUse(g):
		case s.ask(g, health):
			misses = 0
		default:
			misses++
			s.log.Warn("driver gives no sign of life", "generation", g.number, "misses", misses, "of", health.Misses)
			if misses >= health.Misses {
				s.hung(g, health)
				<-g.process.Done()
			}
		}
	}
}

// duty tells what is due next, and in how long. One that is suspect is asked until it answers, also if nobody uses it any more.
func (s *Supervisor) duty(g *generation, suspect bool) (what duty, in time.Duration, h Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h = s.o.Health
	g.watched = (g.leases > 0 || suspect) && h.Ask != nil
	switch {
	case g.watched:
		return askIt, h.Every, h
	case s.o.Idle <= 0 || s.refused != nil || s.running != g || s.state != Ready:
		return nothing, 0, h
	case g.leases > 0:
		return stopIdle, s.o.Idle, h
	}
	return stopIdle, time.Until(g.quiet.Add(s.o.Idle)), h
}

func (s *Supervisor) inUse(g *generation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return g.leases > 0
}

// stopIfIdle drains a driver that nobody has used for long enough, unless it might not come back: what was to take its place was refused.
func (s *Supervisor) stopIfIdle(g *generation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == g && s.state == Ready && s.refused == nil && g.leases == 0 && time.Since(g.quiet) >= s.o.Idle {
		s.log.Debug("driver has been idle", "for", time.Since(g.quiet))
		s.retire()
	}
}
