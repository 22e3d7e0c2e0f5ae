package launchtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/handshake"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// serve is a driver as somebody would write it without the SDK.
func serve(mode Mode) {
	switch mode {
	case Ungrateful:
		signal.Ignore(syscall.SIGTERM)
	case BadLog:
		for _, line := range BadLines {
			fmt.Fprintln(os.Stderr, line)
		}
	case Flood:
		go func() {
			for {
				fmt.Fprintln(os.Stderr, `{"@level":"info","@message":"and on"}`)
			}
		}()
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config(),
		TLSProvider:     readTLS,
		Plugins:         handshake.Plugins(func(s *grpc.Server) { pluginv1.RegisterPluginServer(s, &Plugin{mode: mode}) }),
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(slices.Concat(o, handshake.ServerOptions(), options(mode))...)
		},
	})
}

func readTLS() (*tls.Config, error) {
	data, err := os.ReadFile(os.Getenv(handshake.EnvTLS))
	if err != nil {
		return nil, err
	}
	side, err := handshake.ParseTLS(data)
	if err != nil {
		return nil, err
	}
	return side.Server()
}

// listen makes a socket that nobody accepts a connection on.
func listen(path string, haunted bool) error {
	l, err := net.Listen("unix", path)
	if err != nil || !haunted {
		return err
	}
	f, err := l.(*net.UnixListener).File()
	if err != nil {
		return err
	}
	ghost := exec.Command("sleep", "10")
	ghost.ExtraFiles = []*os.File{f}
	ghost.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return ghost.Start()
}

// BadLines are what [BadLog] writes.
var BadLines = []string{
	`{"@message":1}`,
	`{"@message":"a","@level":2,"@timestamp":3}`,
	`{"@message":null}`,
	`[1,2`,
	"\xff\xfe bytes",
	"\x1b[2Jcleared",
	`{"@level":"error","@message":"two\nlines\u001b[0m","n":12345678901234567890,"deep":{"a":["b\n"]}}`,
	strings.Repeat("x", 200<<10),
	`{"@message":"` + strings.Repeat("y", 200<<10) + `"}`,
	"",
	`{"@level":"warn","@message":"fine","@timestamp":"2026-01-02T03:04:05.000000Z"}`,
}

// Plugin is the one service of the well-behaved driver; tests also serve it within their own process.
type Plugin struct {
	pluginv1.UnimplementedPluginServer
	mode Mode
}

// Describe says what the environment says.
func (*Plugin) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	or := func(variable, otherwise string) string {
		if v := os.Getenv(variable); v != "" {
			return v
		}
		return otherwise
	}
	return &pluginv1.DescribeResponse{
		Name: or(EnvName, "test"), Version: or(EnvVersion, "1.0.0"), Kind: pluginv1.Kind_KIND_SCHEDULER, Summary: "A driver for tests.",
		Services: []string{"oceanid.plugin.v1.Plugin"},
	}, nil
}

// Drain waits for ever in mode [NoDrain].
func (p *Plugin) Drain(context.Context, *pluginv1.DrainRequest) (*pluginv1.DrainResponse, error) {
	if p.mode == NoDrain {
		time.Sleep(time.Hour)
	}
	return &pluginv1.DrainResponse{}, nil
}

// Validate does what the configuration tells it (see [Command]) and answers with the result as a warning.
func (*Plugin) Validate(_ context.Context, r *pluginv1.ValidateRequest) (*pluginv1.ValidateResponse, error) {
	verb, argument, _ := strings.Cut(string(r.GetConfigJson()), " ")
	answer := ""
	switch verb {
	case "exit":
		status, _ := strconv.Atoi(argument)
		os.Exit(status)
	case "panic":
		// On a goroutine of its own nothing recovers it.
		go func() { panic(argument) }()
		time.Sleep(time.Hour)
	case "sleep":
		d, _ := time.ParseDuration(argument)
		time.Sleep(d)
	case "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "print":
		fmt.Println(argument)
	case "child":
		child := exec.Command("sleep", "3600")
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			return nil, err
		}
		answer = strconv.Itoa(child.Process.Pid)
	case "leak":
		leak(argument)
	case "fork":
		n, _ := strconv.Atoi(argument)
		for range n {
			if err := exec.Command("sleep", "3600").Start(); err != nil {
				return nil, err
			}
		}
	case "open":
		n, _ := strconv.Atoi(argument)
		answer = open(n)
	case "shell":
		out, err := exec.Command("sh", "-c", argument).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
		answer = strings.TrimSpace(string(out))
	case "env":
		answer = strings.Join(os.Environ(), "\n")
	case "size":
		n, _ := strconv.Atoi(argument)
		answer = strings.Repeat("z", n)
	case gigabyte:
		answer = gigabyte
	case "args":
		answer = strings.Join(os.Args, " ")
	}
	return &pluginv1.ValidateResponse{Diagnostics: []*pluginv1.Diagnostic{{Severity: pluginv1.Diagnostic_SEVERITY_WARNING, Summary: answer}}}, nil
}

// Command tells a well-behaved driver to do something, and gives its answer: "exit N", "panic TEXT", "sleep DURATION", "stop" (itself, by
// SIGSTOP), "print TEXT", "child" (starts one, answers with its number), "env", "args", "size N" (answers with as many bytes), "leak slowly" or "leak
// quickly" (uses ever more memory), "fork N" (starts as many children), "open N" (opens as many files, answers with what it got), "shell SCRIPT"
// (answers with what it writes), "gigabyte" (answers with a message of that size in mode [Bulky]), or nothing.
func Command(ctx context.Context, conn grpc.ClientConnInterface, command string) (string, error) {
	reply, err := pluginv1.NewPluginClient(conn).Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: []byte(command)})
	if err != nil {
		return "", err
	}
	return reply.GetDiagnostics()[0].GetSummary(), nil
}
