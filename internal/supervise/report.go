package supervise

import (
	"context"
	"time"
)

// tell queues the present status for whoever wants to know; s.mu is held. Changes are as rare as starts and crashes, so the queue needs no bound.
func (s *Supervisor) tell() {
	if s.told == nil {
		return
	}
	s.news = append(s.news, s.status())
	if s.telling == nil {
		s.telling = make(chan struct{})
		go s.report(s.telling)
	}
}

// report hands the news on until there is none left. There is one at a time.
func (s *Supervisor) report(done chan<- struct{}) {
	for {
		s.mu.Lock()
		if len(s.news) == 0 {
			s.news, s.telling = nil, nil
			close(done)
			s.mu.Unlock()
			return
		}
		next := s.news[0]
		s.news = s.news[1:]
		s.mu.Unlock()
		s.told(next)
	}
}

// allTold waits until the news has been handed on, within reason: whoever is told may hang.
func (s *Supervisor) allTold(ctx context.Context, limit time.Duration) {
	s.mu.Lock()
	done := s.telling
	s.mu.Unlock()
	if done == nil {
		return
	}
	enough := time.NewTimer(limit)
	defer enough.Stop()
	select {
	case <-done:
	case <-enough.C:
	case <-ctx.Done():
	}
}
