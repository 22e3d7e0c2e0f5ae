package process

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// drainLimit is how long a process that was told to end by a signal waits for the calls under way. systemd kills after 90 s, containers after 10.
const drainLimit = 9 * time.Second

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
	// Drain is called once, when SIGTERM asks the process to end: it refuses new calls and returns when those under way have ended or ctx
	// is done; then the process ends. nil: calls under way are cut. A host that ends its driver by itself calls the Drain verb instead.
	Drain func(ctx context.Context)
}

// StartedByHost tells whether a host started this process to be served by it; else a person did, or a script.
func StartedByHost() bool {
	c := handshake.Config()
	return os.Getenv(c.MagicCookieKey) == c.MagicCookieValue
}

// HostLevel is the level at which the host wants the log, for [NewLog].
func HostLevel() string { return os.Getenv(handshake.EnvLogLevel) }

// Serve serves until the host ends it, or until Drain has returned after a SIGTERM, and answers with the status to exit with. When the host dies
// it does not return: the process ends at once, with its process group. Nothing may be written to standard output before Serve; what is written
// later, by whatever means, goes to the host's log. A process that was started by hand gets a sentence on standard error and status 1.
func Serve(o Options) int {
	if !StartedByHost() {
		fmt.Fprintf(os.Stderr, "%s %s is a driver of Oceanid and is not run by hand: a host starts it, from its own folder, its driver_dir, or the path in a driver block of its configuration.\n", o.Name, o.Version)
		return 1
	}
	if o.Log == nil {
		o.Log = NewLog(os.Stderr, HostLevel())
	}
	log := o.Log.HCLog()
	adopt()
	if err := holdLifeline(); err != nil {
		log.Error("the host gave no lifeline", "error", err)
		return 1
	}
	security, err := readTLS()
	if err != nil {
		log.Error("the host gave no keys", "error", err)
		return 1
	}
	if err := divertStdout(); err != nil {
		log.Error("standard output", "error", err)
		return 1
	}
	var server atomic.Pointer[grpc.Server]
	stopListening := onTerminate(func() {
		log.Debug("asked to end by a signal")
		if server.Load() == nil {
			os.Exit(1) // nothing is served yet that could be drained
		}
		if o.Drain != nil {
			ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
			defer cancel()
			o.Drain(ctx)
		}
		stop(server.Load())
	})
	defer stopListening()
	defer clearAway()
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config(),
		TLSProvider:     func() (*tls.Config, error) { return security, nil },
		Plugins:         handshake.Plugins(o.Register),
		Logger:          log.Named("plugin"),
		GRPCServer: func(transport []grpc.ServerOption) *grpc.Server {
			s := grpc.NewServer(append(append(transport, handshake.ServerOptions()...), o.ServerOptions...)...)
			server.Store(s)
			return s
		},
	})
	if server.Load() == nil {
		return 1
	}
	return 0
}

// answering is how long the answers to the last calls may take to leave. go-plugin's own stream, which the host never ends, holds up a stop for all of it.
const answering = time.Second

// stop ends the server when what was answered has left: a call has ended for Drain before its answer is written.
func stop(server *grpc.Server) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		server.GracefulStop()
	}()
	late := time.NewTimer(answering)
	defer late.Stop()
	select {
	case <-left:
	case <-late.C:
	}
	server.Stop()
	<-left
}

func readTLS() (*tls.Config, error) {
	path := os.Getenv(handshake.EnvTLS)
	if path == "" {
		return nil, fmt.Errorf("%s is not set", handshake.EnvTLS)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	side, err := handshake.ParseTLS(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return side.Server()
}
