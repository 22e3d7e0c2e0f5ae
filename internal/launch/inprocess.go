package launch

import (
	"context"

	"google.golang.org/grpc"
)

// Served is a driver that is served within this process. It has the methods of a [Process].
type Served struct{}

// InProcess serves a driver within this process, over a connection in memory. server has the driver's services; it is used up and stopped
// by Stop.
func InProcess(server *grpc.Server) (*Served, error) { return &Served{}, nil }

// Conn is the connection to the driver, until Done.
func (s *Served) Conn() grpc.ClientConnInterface { return nil }

// PID is 0: there is no process.
func (s *Served) PID() int { return 0 }

// Done is closed when the server has stopped.
func (s *Served) Done() <-chan struct{} { return nil }

// Err is nil until Done and after a Stop.
func (s *Served) Err() error { return nil }

// Stop asks the driver to drain and stops the server when it has, or when ctx is done.
func (s *Served) Stop(ctx context.Context) error { return nil }
