package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// driverRows measure what a driver in a process of its own costs, beside the same program under go-plugin alone: no transport security, no
// checksum, no supervision.
func driverRows() []row {
	return []row{
		{"driver: start, call, stop", "go-plugin alone", 1.5, 20, startRow},
		{"driver: 100 calls", "go-plugin alone", 1.3, 50, callRow},
	}
}

// This program is the driver, too: ours when a host of Oceanid starts it, go-plugin's own when this variable is set.
const bareEnv = "OCEANID_BENCH_BARE"

// served tells whether this process was a driver.
func served() bool {
	cookie := bareHandshake()
	switch {
	case os.Getenv(bareEnv) != "":
		plugin.Serve(&plugin.ServeConfig{HandshakeConfig: cookie, Plugins: bare(), GRPCServer: plugin.DefaultGRPCServer, Logger: hclog.NewNullLogger()})
		return true
	case os.Getenv("OCEANID_PLUGIN") != "":
		sdk.Main(sdk.Scheduler("bench", "1.0.0", func(context.Context, struct{}, sdk.Env) (idle, error) { return idle{}, nil }))
		return true
	}
	return false
}

// idle is a driver that does nothing, quickly.
type idle struct{}

func (idle) Submit(context.Context, scheduler.Job) (scheduler.ID, error)                { return "1", nil }
func (idle) Query(context.Context, scheduler.Query, func(scheduler.Status) error) error { return nil }
func (idle) Cancel(context.Context, []scheduler.Ref) error                              { return nil }

func startRow(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	sums, err := known(link)
	if err != nil {
		return nil, nil, nil, err
	}
	ours = func(ctx context.Context) error {
		p, err := launch.Start(ctx, launch.Spec{Name: "bench", Path: link, Checksums: sums})
		if err != nil {
			return err
		}
		_, err = pluginv1.NewPluginClient(p.Conn()).Forget(ctx, &pluginv1.ForgetRequest{})
		return errors.Join(err, p.Stop(ctx))
	}
	peer = func(ctx context.Context) error {
		client, conn, err := startBare(link)
		if err != nil {
			return err
		}
		defer client.Kill()
		_, err = pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{})
		return err
	}
	return ours, peer, func() { os.RemoveAll(dir) }, nil
}

// known is a checksum that a host knows from an earlier start: it is trusted once the file is not brand new.
func known(path string) (*launch.Checksums, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	time.Sleep(time.Until(info.ModTime().Add(3 * time.Second)))
	sums := &launch.Checksums{}
	_, err = sums.Of(path)
	return sums, err
}

func callRow(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	c := catalog.Open(catalog.Options{Blocks: []catalog.Block{{Name: "bench", Path: link}}})
	client, conn, err := startBare(link)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := c.Driver(ctx, "bench")
	if err != nil {
		return nil, nil, nil, err
	}
	s := scheduled(d)
	hundred := func(f func() error) error {
		for range 100 {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
	ours = func(ctx context.Context) error { return hundred(func() error { return s.Cancel(ctx, nil) }) }
	peer = func(ctx context.Context) error {
		return hundred(func() error {
			_, err := pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{})
			return err
		})
	}
	return ours, peer, func() { client.Kill(); c.Close(context.Background()); os.RemoveAll(dir) }, nil
}

// scheduled is the face that the host uses.
func scheduled(d *catalog.Driver) *call.Scheduler {
	return call.New(call.Options{Name: "bench", Process: d, Bulkhead: call.NewBulkhead("bench", call.Limits{}, nil), Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "bench", Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte("{}"), nil }}, nil
	}})
}

// self gives this program under a driver's name.
func self() (dir, link string, err error) {
	executable, err := os.Executable()
	if err != nil {
		return "", "", err
	}
	if dir, err = os.MkdirTemp("", "oceanid-bench-"); err != nil {
		return "", "", err
	}
	link = filepath.Join(dir, "oceanid-bench")
	if err = os.Link(executable, link); err != nil {
		var program []byte
		if program, err = os.ReadFile(executable); err == nil {
			err = os.WriteFile(link, program, 0o700)
		}
	}
	return dir, link, err
}

func bareHandshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "OCEANID_BENCH", MagicCookieValue: "bare"}
}

func bare() plugin.PluginSet { return plugin.PluginSet{"bench": &barePlugin{}} }

type barePlugin struct{ plugin.NetRPCUnsupportedPlugin }

func (*barePlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	pluginv1.RegisterPluginServer(s, bareServer{})
	return nil
}

func (*barePlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

type bareServer struct {
	pluginv1.UnimplementedPluginServer
}

func (bareServer) Forget(context.Context, *pluginv1.ForgetRequest) (*pluginv1.ForgetResponse, error) {
	return &pluginv1.ForgetResponse{}, nil
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
