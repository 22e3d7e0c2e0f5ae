package handshake

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// The environment of a driver's process, besides what go-plugin itself sets.
const (
	// EnvCookie tells a driver that a host started it.
	EnvCookie = "OCEANID_PLUGIN"
	// EnvTLS names the file that [ParseTLS] reads.
	EnvTLS = "OCEANID_TLS"
	// EnvLifeline is the number of the descriptor whose end is the host's death.
	EnvLifeline = "OCEANID_LIFELINE"
	// EnvExecutable is the number of the descriptor that was executed, where there is one; the driver closes it.
	EnvExecutable = "OCEANID_EXECUTABLE"
	// EnvLogLevel is the level of the driver's log: trace, debug, info, warn, error or off.
	EnvLogLevel = "OCEANID_LOG"
)

const cookie = "oceanid.plugin.v1"

// ProtocolVersion is go-plugin's own, and 1 for ever: what changes is versioned in the names of the services.
const ProtocolVersion = 1

// MaxMessage is the largest gRPC message in either direction, in bytes. What may be larger is a stream.
const MaxMessage = 16 << 20

// Config is go-plugin's handshake.
func Config() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{ProtocolVersion: ProtocolVersion, MagicCookieKey: EnvCookie, MagicCookieValue: cookie}
}

// Plugins is the set that go-plugin serves or connects to: one plugin that has every service. register adds the driver's services to the
// server; a host, which serves nothing, gives nil.
func Plugins(register func(*grpc.Server)) plugin.PluginSet {
	return plugin.PluginSet{"driver": &glue{register: register}}
}

// ServerOptions keep a server to [MaxMessage].
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.MaxRecvMsgSize(MaxMessage), grpc.MaxSendMsgSize(MaxMessage)}
}

// DialOptions keep a client to [MaxMessage].
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)),
		grpc.WithNoProxy(),
	}
}

// glue is go-plugin's view of a driver.
type glue struct {
	plugin.NetRPCUnsupportedPlugin
	register func(*grpc.Server)
}

func (g *glue) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	g.register(s)
	return nil
}

func (g *glue) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

var _ plugin.GRPCPlugin = (*glue)(nil)
