package supervise

import (
	"math/rand/v2"
	"time"
)

// backoff is the delay after the n-th crash within the window. It is drawn from the whole range, so that the drivers of many hosts that crashed for one
// reason do not all come back at one moment.
func (s *Supervisor) backoff(n int) time.Duration {
	most := s.o.Backoff
	for i := 1; i < n && most < s.o.MaxBackoff; i++ {
		most *= 2
	}
	return rand.N(min(most, s.o.MaxBackoff) + 1)
}
