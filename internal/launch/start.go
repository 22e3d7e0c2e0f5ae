package launch

import (
	"context"
	"errors"

	"google.golang.org/grpc"
)

// Process is a running driver in a process of its own. It is safe for concurrent use.
type Process struct{}

// Start starts a driver and returns once it answers. It gives up when ctx or the spec's StartTimeout is over; ctx does not bound the
// life of the process. On an error nothing is left behind. An error of kind Invalid, NotFound or Denied will not go away by trying again; Crashed,
// Timeout and Unavailable may.
func Start(ctx context.Context, spec Spec) (*Process, error) { return nil, errors.ErrUnsupported }

// Conn is the connection to the driver, until Done.
func (p *Process) Conn() grpc.ClientConnInterface { return nil }

// PID is the number of the process, which leads a process group of the same number.
func (p *Process) PID() int { return 0 }

// Checksum is "sha256:" and the hex digits of what was executed.
func (p *Process) Checksum() string { return "" }

// Done is closed when the process, its process group, its connection and its folder are gone.
func (p *Process) Done() <-chan struct{} { return nil }

// Err is nil until Done and after a Stop; else it is a [*Crash].
func (p *Process) Err() error { return nil }

// Stop ends the driver: it asks it to drain, then to end; what is left of its process group when the spec's Grace or ctx is over is killed. It
// returns when Done is closed. An error says that the driver had to be killed.
func (p *Process) Stop(ctx context.Context) error { return errors.ErrUnsupported }
