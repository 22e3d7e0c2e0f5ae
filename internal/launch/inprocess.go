package launch

import (
	"context"
	"net"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oceanid/oceanid/internal/wire/handshake"
	"github.com/oceanid/oceanid/sdk/fault"
)

// pipeSize is the buffer of the connection in memory, about that of a Unix socket.
const pipeSize = 256 << 10

// Served is a driver that is served within this process. It has the methods of a [Process] and is safe for concurrent use.
type Served struct {
	server *grpc.Server
	conn   *grpc.ClientConn
	done   chan struct{}
}

// InProcess serves a driver within this process, over a connection in memory: the same calls, messages and errors as with a process of its own. server
// has the driver's services; it is used up, and stopped by Stop. The limits of messages hold if it was made with handshake.ServerOptions. options are
// added to those that the connection is made with.
func InProcess(server *grpc.Server, options ...grpc.DialOption) (*Served, error) {
	listener := bufconn.Listen(pipeSize)
	conn, err := grpc.NewClient("passthrough:///driver", slices.Concat(handshake.DialOptions(), options, []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	})...)
	if err != nil {
		return nil, fault.Internal.New("connection to a driver in this process: %w", err)
	}
	s := &Served{server: server, conn: conn, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		// Serve ends by Stop only: the listener has no other way to fail.
		_ = server.Serve(listener)
		_ = conn.Close()
	}()
	return s, nil
}

// Conn is the connection to the driver, until Done.
func (s *Served) Conn() grpc.ClientConnInterface { return s.conn }

// PID is 0: there is no process.
func (s *Served) PID() int { return 0 }

// Done is closed when the server has stopped.
func (s *Served) Done() <-chan struct{} { return s.done }

// Err is nil: a driver that is served here ends only by Stop, or with the whole process.
func (s *Served) Err() error { return nil }

// Stop asks the driver to drain, and stops the server when it has, or when ctx is done.
func (s *Served) Stop(ctx context.Context) error {
	drain(ctx, s.conn)
	s.server.Stop()
	<-s.done
	return nil
}
