package supervise

import "google.golang.org/grpc"

// Lease is the use of one generation of a driver. A short call holds it for as long as the call lasts; a stream watches Retiring.
type Lease struct{}

// Conn is the connection to the driver.
func (l *Lease) Conn() grpc.ClientConnInterface { return nil }

// Generation numbers the lives of the driver, from 1.
func (l *Lease) Generation() uint64 { return 0 }

// Retiring is closed when this generation is to end: the holder of a long stream ends it, releases the lease, and may acquire another.
func (l *Lease) Retiring() <-chan struct{} { return nil }

// Done is closed when this generation has ended; Err then says how: nil: it was stopped, else fault.Crashed.
func (l *Lease) Done() <-chan struct{} { return nil }

// Err says after Done how this generation ended; nil: it was stopped, else fault.Crashed with what is known.
func (l *Lease) Err() error { return nil }

// Release ends the use. Releasing again does nothing.
func (l *Lease) Release() {}
