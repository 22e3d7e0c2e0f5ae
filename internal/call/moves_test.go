package call_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// mortal is a life that ends by itself when it is told to.
type mortal struct {
	life
	err *error
}

func (m mortal) Err() error { return *m.err }

// moving is an upload to a driver that takes nothing, and that driver's supervisor. crash ends the life that has it.
func moving(t *testing.T, j *jam, health supervise.Health) (o supervise.Options, s *supervise.Supervisor, upload func() error, crash func()) {
	var now mortal
	o = supervise.Options{Name: "slow", Health: health, Start: func(context.Context) (supervise.Process, error) {
		now = mortal{life{j, make(chan struct{})}, new(error)}
		return now, nil
	}}
	s = supervise.New(o)
	caller := call.New(call.Options{Name: "s", Process: s, Services: []string{call.Uploads},
		Instance: func(context.Context) (call.Instance, error) { return call.Instance{ID: "s", Revision: "1"}, nil }})
	upload = func() error {
		return caller.Upload(call.WithRequest(t.Context(), "up"), "t", scheduler.Input{Name: "in"}, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil })
	}
	return o, s, upload, func() { *now.err = fault.Crashed.New("it died"); close(now.done) }
}

// A call without a deadline is moved as often as its driver is replaced.
func TestMovesAreNoAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := newJam()
		o, s, upload, _ := moving(t, j, supervise.Health{})
		ended := make(chan error, 1)
		go func() { ended <- upload() }()
		for range 10 {
			synctest.Wait()
			if j.in("up") != 1 {
				t.Fatalf("the upload is over: %v", <-ended)
			}
			if err := s.Replace(t.Context(), o, nil); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		close(j.released)
		if err := <-ended; !strings.Contains(err.Error(), "nothing comes") {
			t.Error(err)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// A crash, or a hang, under such a call is an attempt, and told as what it is.
func TestCrashesAreAttempts(t *testing.T) {
	t.Parallel()
	for name, hangs := range map[string]bool{"crash": false, "hang": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j, health := newJam(), supervise.Health{}
				if hangs {
					health.Ask = func(ctx context.Context, _ grpc.ClientConnInterface) error { <-ctx.Done(); return ctx.Err() }
				}
				_, s, upload, crash := moving(t, j, health)
				ended := make(chan error, 1)
				go func() { ended <- upload() }()
				for range 3 {
					for !hangs && j.in("up") != 1 {
						time.Sleep(time.Millisecond)
					}
					if !hangs {
						crash()
					}
					synctest.Wait()
				}
				if err := <-ended; !errors.Is(err, fault.Crashed) || s.Status().Generation != 3 {
					t.Errorf("%v, %+v", err, s.Status())
				}
				if err := s.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// half is a pool whose only result comes in two parts; the second one when it is let go.
type half struct {
	scheduler.Driver
	rest chan struct{}
}

func (h half) Download(_ context.Context, _ scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	content := io.MultiReader(strings.NewReader(strings.Repeat("1", 1<<20)), awaited{h.rest}, strings.NewReader("2"))
	return yield(scheduler.File{Path: "out", Size: 1<<20 + 1, Mode: 0o644}, content)
}

type awaited struct{ what chan struct{} }

func (a awaited) Read([]byte) (int, error) { <-a.what; return 0, io.EOF }

// What has begun to come cannot begin anew elsewhere, and so it ends where it is.
func TestADownloadIsNotCutByAnUpgrade(t *testing.T) {
	t.Parallel()
	rest := make(chan struct{})
	o := supervise.Options{Name: "half", Start: func(context.Context) (supervise.Process, error) {
		g, err := sdk.Scheduler("half", "1.0.0", func(context.Context, struct{}, sdk.Env) (half, error) { return half{rest: rest}, nil }).Doc("Half.").InProcess(slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		return launch.InProcess(g)
	}}
	s := supervise.New(o)
	t.Cleanup(func() { s.Close(context.Background()) })
	caller := call.New(call.Options{Name: "s", Process: s, Services: []string{call.Downloads}, Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "s", Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte("{}"), nil }}, nil
	}})
	var got []byte
	err := caller.Download(t.Context(), scheduler.Ref{Token: "t"}, scheduler.FileQuery{}, func(_ scheduler.File, content io.Reader) error {
		if err := s.Replace(t.Context(), o, nil); err != nil {
			return err
		}
		close(rest)
		var err error
		got, err = io.ReadAll(content)
		return err
	})
	if err != nil || len(got) != 1<<20+1 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if status := s.Status(); status.Generation != 2 {
		t.Errorf("%+v", status)
	}
}

// What a caller does with an answer may panic, and a server may go on after that: the turn must not be lost.
func TestAPanicGivesTheTurnBack(t *testing.T) {
	t.Parallel()
	caller := start(t).scheduler("1", good)
	caller.Bulkhead = call.NewBulkhead("test", call.Limits{Calls: 1, Queue: 1}, nil)
	ask := func(do func()) error {
		defer func() { _ = recover() }()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return caller.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{{Token: "t", Tasks: 1}}}, func(scheduler.Status) error { do(); return nil })
	}
	_ = ask(func() { panic("boom") })
	if err := ask(func() {}); err != nil {
		t.Error(err)
	}
}
