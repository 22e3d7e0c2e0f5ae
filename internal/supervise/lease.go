package supervise

import (
	"sync"

	"google.golang.org/grpc"
)

// Lease is the use of one generation of a driver. A short call holds it for as long as the call lasts; a long stream watches Retiring. It is safe
// for concurrent use.
type Lease struct {
	of         *Supervisor
	generation *generation
	released   sync.Once
}

// newLease gives the use of g; s.mu is held.
func (s *Supervisor) newLease(g *generation) *Lease {
	g.acquire()
	return &Lease{of: s, generation: g}
}

// Conn is the connection to the driver.
func (l *Lease) Conn() grpc.ClientConnInterface { return l.generation.process.Conn() }

// Generation numbers the lives of the driver, from 1.
func (l *Lease) Generation() uint64 { return l.generation.number }

// Retiring is closed when this generation is to end: the holder of a long stream ends it, releases the lease, and may acquire another.
func (l *Lease) Retiring() <-chan struct{} { return l.generation.retiring }

// Done is closed when this generation has ended. When a call fails because of the connection, Done follows within moments if the driver crashed.
func (l *Lease) Done() <-chan struct{} { return l.generation.process.Done() }

// Err says how this generation ended: fault.Crashed with what is known; nil: it was stopped, or goes on. Of one that hangs it says so from Retiring on,
// and not only after Done.
func (l *Lease) Err() error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	return l.generation.err()
}

// Release ends the use. Releasing again does nothing.
func (l *Lease) Release() {
	l.released.Do(func() {
		l.of.mu.Lock()
		defer l.of.mu.Unlock()
		l.generation.release()
	})
}
