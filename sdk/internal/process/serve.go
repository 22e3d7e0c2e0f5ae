package process

import (
	"context"

	"google.golang.org/grpc"
)

// Options say what a process serves.
type Options struct {
	// Name and Version are the driver's own, for what a person reads who starts it by hand.
	Name, Version string
	// Register adds the driver's services to the server, once, before anything is served.
	Register func(*grpc.Server)
	// ServerOptions are what the server is made with, besides the transport's security and the limits of messages.
	ServerOptions []grpc.ServerOption
	// Log is where the process itself logs; nil: a new log on standard error at the level that the host asked for.
	Log *Log
	// Drain is called once, when a signal asks the process to end: it refuses new calls and returns when those under way have ended or ctx
	// is done; then the process ends. nil: calls under way are cut. A host that ends its driver by itself calls the Drain verb instead.
	Drain func(ctx context.Context)
}

// StartedByHost tells whether a host started this process to be served by it; else a person did, or a script.
func StartedByHost() bool { return false }

// Serve serves until the host ends it, a SIGTERM has been followed by Drain, or the host is dead; in the last case it does not return.
func Serve(o Options) int { return 1 }
