package process_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/internal/process"
)

const (
	envRole  = "OCEANID_TEST_ROLE"
	envFile  = "OCEANID_TEST_FILE"
	aDriver  = "driver"
	aHost    = "host"
	rawPrint = "straight to descriptor 1"
)

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case aDriver:
		os.Exit(drive())
	case aHost:
		host()
	}
	os.Exit(m.Run())
}

// plugin does by Validate what the configuration tells it.
type plugin struct {
	pluginv1.UnimplementedPluginServer
	log *process.Log
}

func (p *plugin) SetLogLevel(_ context.Context, r *pluginv1.SetLogLevelRequest) (*pluginv1.SetLogLevelResponse, error) {
	return &pluginv1.SetLogLevelResponse{}, p.log.SetLevel(r.GetLevel())
}

func (p *plugin) Validate(_ context.Context, r *pluginv1.ValidateRequest) (*pluginv1.ValidateResponse, error) {
	answer := ""
	switch string(r.GetConfigJson()) {
	case "print":
		fmt.Println("through os.Stdout")
		if _, err := os.NewFile(1, "").WriteString(rawPrint + "\n"); err != nil {
			return nil, err
		}
	case "log":
		p.log.Slog().Debug("fine detail")
		p.log.Slog().With("job", 7).WithGroup("pool").Info("to the host", "took", 1500*time.Millisecond)
	case "child":
		child := exec.Command("sleep", "3600")
		if err := child.Start(); err != nil {
			return nil, err
		}
		answer = fmt.Sprint(child.Process.Pid)
	case "open":
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			to, _ := os.Readlink("/proc/self/fd/" + f.Name())
			answer += to + "\n"
		}
	case "comm":
		comm, err := os.ReadFile("/proc/self/comm")
		if err != nil {
			return nil, err
		}
		answer = string(comm)
	}
	return &pluginv1.ValidateResponse{Diagnostics: []*pluginv1.Diagnostic{{Severity: pluginv1.Diagnostic_SEVERITY_WARNING, Summary: answer}}}, nil
}

func drive() int {
	log := process.NewLog(os.Stderr, process.HostLevel())
	p := &plugin{log: log}
	return process.Serve(process.Options{
		Name: "oceanid-test", Version: "1.2.3", Log: log,
		Register: func(s *grpc.Server) { pluginv1.RegisterPluginServer(s, p) },
		Drain: func(context.Context) {
			if file := os.Getenv(envFile); file != "" {
				_ = os.WriteFile(file, []byte("drained"), 0o600)
			}
		},
	})
}

func command(ctx context.Context, p *launch.Process, what string) (string, error) {
	reply, err := pluginv1.NewPluginClient(p.Conn()).Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: []byte(what)})
	if err != nil {
		return "", err
	}
	return reply.GetDiagnostics()[0].GetSummary(), nil
}

// host starts a driver, which starts a child, says their numbers, and waits to be killed.
func host() {
	p, err := launch.Start(context.Background(), spec(hclog.NewNullLogger(), ""))
	if err != nil {
		panic(err)
	}
	child, err := command(context.Background(), p, "child")
	if err != nil {
		panic(err)
	}
	fmt.Println(p.PID(), child)
	time.Sleep(time.Hour)
}

func spec(log hclog.Logger, file string) launch.Spec {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return launch.Spec{
		Name: "test", Path: self, Log: log, StartTimeout: 20 * time.Second, Grace: 5 * time.Second,
		// A program built with the race detector would otherwise sleep for a second before it exits.
		Env: map[string]string{envRole: aDriver, envFile: file, "GORACE": "atexit_sleep_ms=0"},
	}
}
