package main

import (
	"io"
	"sync"
)

// shared lets several goroutines write to a stream, each write whole.
type shared struct {
	mu *sync.Mutex
	to io.Writer
}

// share makes standard output and error fit for several goroutines, which may well be one terminal.
func (a *app) share() {
	mu := new(sync.Mutex)
	a.out, a.err = &shared{mu, a.out}, &shared{mu, a.err}
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(b)
}
