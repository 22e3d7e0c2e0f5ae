package access

import (
	"io"
	"sync"
)

// severable is a caller's reader or writer that can be taken away: what was left to run when its caller had to go must not touch it any more.
type severable struct {
	mu      sync.Mutex
	severed bool
	r       io.Reader
	w       io.Writer
}

// sever waits for a Read or Write that is under way, and lets no other through.
func (s *severable) sever() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.severed = true
}

func (s *severable) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.severed {
		return 0, io.ErrClosedPipe
	}
	return s.r.Read(b)
}

func (s *severable) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.severed {
		return 0, io.ErrClosedPipe
	}
	return s.w.Write(b)
}
