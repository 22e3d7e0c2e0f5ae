package call_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// envChatty makes this test a driver that logs.
const envChatty = "OCEANID_TEST_CHATTY"

// talker is a driver that logs with its calls' contexts, and without.
func talker() sdk.Plugin {
	return sdk.Scheduler("chatty", "1", func(_ context.Context, _ struct{}, env sdk.Env) (*chatty, error) { return &chatty{env: env}, nil })
}

type chatty struct{ env sdk.Env }

func (c *chatty) Submit(context.Context, scheduler.Job) (scheduler.ID, error) { panic("boom") }

func (c *chatty) Query(ctx context.Context, _ scheduler.Query, _ func(scheduler.Status) error) error {
	c.env.Log.DebugContext(ctx, "asked")
	c.env.Log.Info("nobody's")
	return nil
}

func (c *chatty) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	c.env.Log.With("fast", true).WithGroup("pool").With("kind", "a").InfoContext(ctx, "cancelling", "jobs", len(jobs))
	return nil
}

// talk makes it log.
func talk(t *testing.T, p call.Process) {
	t.Helper()
	s := call.New(call.Options{Name: "pool one", Process: p, Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "one", Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte("{}"), nil }}, nil
	}})
	ctx := call.WithRequest(t.Context(), "req-9")
	if err := errors.Join(s.Cancel(ctx, nil), s.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{{Token: "t"}}}, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(ctx, scheduler.Job{Token: "t", Command: "x"}); !errors.Is(err, fault.Internal) {
		t.Fatal(err)
	}
}

// A driver's line names its request in the log of the host, from within the host's process
func TestTheDriversLogNamesTheRequest(t *testing.T) {
	t.Parallel()
	var log lines
	g, err := talker().InProcess(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	p := supervise.New(supervise.Options{Name: "chatty", Start: func(context.Context) (supervise.Process, error) { return launch.InProcess(g) }})
	t.Cleanup(func() { p.Close(context.Background()) })
	talk(t, p)
	for _, want := range []string{
		`msg=cancelling scheduler="pool one" fast=true request=req-9 verb=Cancel pool.kind=a pool.jobs=0`,
		`msg=asked scheduler="pool one" request=req-9 verb=Query`,
		"msg=nobody's scheduler=\"pool one\"\n",
		`msg="panic in the driver" request=req-9 verb=Submit method=`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}

// and from a process of its own, under the driver's name and at a level that may change.
func TestTheLogOfADriversProcess(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var log lines
	var process *launch.Process
	p := supervise.New(supervise.Options{Name: "chatty", Start: func(ctx context.Context) (supervise.Process, error) {
		process, err = launch.Start(ctx, launch.Spec{
			Name: "chatty", Path: self, Env: map[string]string{envChatty: "1", "GORACE": "atexit_sleep_ms=0"}, StartTimeout: 20 * time.Second,
			Log: hclog.New(&hclog.LoggerOptions{Name: "chatty", Output: &log, Level: hclog.Debug, DisableTime: true}), Level: hclog.Info,
		})
		return process, err
	}})
	t.Cleanup(func() { p.Close(context.Background()) })
	talk(t, p)
	for _, want := range []string{
		`[INFO]  chatty: cancelling: fast=true pool.jobs=0 pool.kind=a request=req-9 scheduler="pool one" verb=Cancel`,
		`[INFO]  chatty: nobody's: scheduler="pool one"`,
		"[ERROR] chatty: panic in the driver: method=",
	} {
		eventually(t, want, func() bool { return strings.Contains(log.String(), want) })
	}
	if strings.Contains(log.String(), "asked") {
		t.Errorf("the driver logs below its level:\n%s", log.String())
	}
	if err := process.SetLogLevel(t.Context(), hclog.Debug); err != nil {
		t.Fatal(err)
	}
	talk(t, p)
	const asked = `[DEBUG] chatty: asked: request=req-9 scheduler="pool one" verb=Query`
	eventually(t, asked, func() bool { return strings.Contains(log.String(), asked) })
}
