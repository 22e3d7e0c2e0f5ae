package sdk

import (
	"context"
	"fmt"
	"os"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/sdk/internal/process"
	"github.com/oceanid/oceanid/sdk/internal/serve"
)

// Main serves a plugin as this process until its host ends it, and exits. It is the whole of a driver's main function; nothing may be printed on
// standard output before it. A driver that a person starts by hand says what it is and exits with status 1.
func Main(p Plugin) {
	if p.err != nil {
		fmt.Fprintln(os.Stderr, p.err)
		os.Exit(2)
	}
	log := process.NewLog(os.Stderr, process.HostLevel())
	server := serve.New(p.def, serve.Process{Log: log.Slog(), SetLevel: log.SetLevel})
	os.Exit(process.Serve(process.Options{
		Name:          p.def.Name,
		Version:       p.def.Version,
		Register:      func(g *grpc.Server) { server.Register(g) },
		ServerOptions: server.Options(),
		Log:           log,
		Drain:         func(ctx context.Context) { server.Close(ctx) },
	}))
}
