package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// The peer: a driver under go-plugin alone.

func bareHandshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "OCEANID_BENCH", MagicCookieValue: "bare"}
}

func bare() plugin.PluginSet { return plugin.PluginSet{"bench": &barePlugin{}} }

type barePlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*barePlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	pluginv1.RegisterPluginServer(s, bareServer{})
	schedulerv1.RegisterEventsServer(s, bareServer{})
	return nil
}

func (*barePlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

type bareServer struct {
	pluginv1.UnimplementedPluginServer
	schedulerv1.UnimplementedEventsServer
}

// Forget returns at once, unless the instance names a file: see idle.Cancel.
func (bareServer) Forget(_ context.Context, req *pluginv1.ForgetRequest) (*pluginv1.ForgetResponse, error) {
	return &pluginv1.ForgetResponse{}, linger(req.GetInstance().GetId())
}

func (bareServer) Watch(_ *schedulerv1.WatchRequest, stream grpc.ServerStreamingServer[schedulerv1.WatchResponse]) error {
	for i := range manyEvents {
		if err := stream.Send(wire.EventToProto(event(i))); err != nil {
			return err
		}
	}
	return nil
}

func startBare(path string) (*plugin.Client, grpc.ClientConnInterface, error) {
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), bareEnv+"=1")
	client := plugin.NewClient(&plugin.ClientConfig{HandshakeConfig: bareHandshake(), Plugins: bare(), Cmd: cmd,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, Logger: hclog.NewNullLogger()})
	protocol, err := client.Client()
	if err != nil {
		client.Kill()
		return nil, nil, fmt.Errorf("go-plugin: %w", err)
	}
	return client, protocol.(*plugin.GRPCClient).Conn, nil
}
