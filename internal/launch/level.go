package launch

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// levelDeadline bounds SetLogLevel: a driver answers it out of its memory.
const levelDeadline = 5 * time.Second

// SetLogLevel changes at once what the driver writes to its log; a level is never more than the host's own log takes. The driver's next life begins again
// at the spec's level.
func (p *Process) SetLogLevel(ctx context.Context, level hclog.Level) error {
	return setLogLevel(ctx, p.conn, level)
}

// SetLogLevel does nothing to a driver whose log is the host's own: its level is the host's.
func (s *Served) SetLogLevel(ctx context.Context, level hclog.Level) error {
	return setLogLevel(ctx, s.conn, level)
}

func setLogLevel(ctx context.Context, conn grpc.ClientConnInterface, level hclog.Level) error {
	ctx, cancel := context.WithTimeout(ctx, levelDeadline)
	defer cancel()
	_, err := pluginv1.NewPluginClient(conn).SetLogLevel(ctx, &pluginv1.SetLogLevelRequest{Level: level.String()})
	return wire.Fault(err)
}
