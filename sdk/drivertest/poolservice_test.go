package drivertest_test

import (
	"errors"
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// poolService is what a driver may ask.
type poolService struct{ *pool }

// Graph is a job as a driver hands it over.
type Graph struct {
	Token string
	Nodes []scheduler.Node
	// Blind makes a job although there is one with the token.
	Blind bool
}

func (s *poolService) Submit(g Graph, id *string) error {
	*id = s.add(g.Token, g.Nodes, g.Blind)
	return nil
}

// Find gives all statuses of the jobs with these tokens.
func (s *poolService) Find(tokens []string, found *[]scheduler.Status) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range tokens {
		if j := s.jobs[token]; j != nil {
			for _, t := range j.tasks {
				*found = append(*found, t.status)
			}
		}
	}
	return nil
}

func (s *poolService) Cancel(tokens []string, _ *struct{}) error {
	return s.each(tokens, s.cancelJob)
}

func (s *poolService) Hold(tokens []string, _ *struct{}) error {
	return s.each(tokens, func(j *poolJob) {
		for _, t := range j.tasks {
			if t.status.State == scheduler.Queued {
				s.tell(t, scheduler.Held, "held by a user", nil)
			}
		}
	})
}

func (s *poolService) Release(tokens []string, _ *struct{}) error {
	return s.each(tokens, func(j *poolJob) {
		for _, t := range j.tasks {
			if t.status.State == scheduler.Held {
				s.tell(t, scheduler.Queued, "", nil)
			}
		}
	})
}

func (s *poolService) each(tokens []string, do func(*poolJob)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range tokens {
		if j := s.jobs[token]; j != nil {
			do(j)
		}
	}
	s.advance()
	return nil
}

// News waits for events after the first n, and gives them.
func (s *poolService) News(n int, found *[]scheduler.Status) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 || n > len(s.events) {
		return errors.New("no such place among the events")
	}
	for len(s.events) == n && !s.closed {
		s.changed.Wait()
	}
	*found = slices.Clone(s.events[n:])
	return nil
}

// Count is how many events there are.
func (s *poolService) Count(_ struct{}, n *int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n = len(s.events)
	return nil
}

// Outputs are those that the job named.
func (s *poolService) Outputs(token string, outputs *[]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.jobs[token]; j != nil {
		*outputs = slices.Clone(j.tasks[0].job.Outputs)
	}
	return nil
}
