package call_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestMain(m *testing.M) {
	launchtest.Main()
	if os.Getenv(envChatty) != "" {
		sdk.Main(talker())
	}
	os.Exit(m.Run())
}

// hostile starts a driver that behaves as hang says, in a process of its own.
func hostile(t *testing.T, hang string) (*call.Scheduler, *supervise.Supervisor) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := launchtest.Env(launchtest.Good)
	env[launchtest.EnvHang] = hang
	p := supervise.New(supervise.Options{Name: "hostile", Grace: 100 * time.Millisecond, Start: func(ctx context.Context) (supervise.Process, error) {
		return launch.Start(ctx, launch.Spec{Name: "hostile", Path: self, Env: env, StartTimeout: 20 * time.Second, Grace: 400 * time.Millisecond})
	}})
	t.Cleanup(func() { p.Close(context.Background()) })
	return call.New(call.Options{Name: "pool one", Process: p, Bulkhead: call.NewBulkhead("hostile", call.Limits{}, nil),
		Services: []string{call.Events, call.Logs, call.Uploads, call.Downloads, call.Probes, call.Holds, call.Workflows,
			call.Batches, call.Suspends, call.Removals, call.Finds, call.Explanations, call.Inspections},
		Instance: func(context.Context) (call.Instance, error) { return call.Instance{ID: "one", Revision: "1"}, nil }}), p
}

// verbs are all the calls there are, by their methods.
func verbs(s *call.Scheduler) map[string]func(context.Context) error {
	refs := []scheduler.Ref{{Token: "t", Tasks: 1}}
	return map[string]func(context.Context) error{
		"Submit": func(ctx context.Context) error {
			_, err := s.Submit(ctx, scheduler.Job{Token: "t", Command: "/bin/true"})
			return err
		},
		"SubmitWorkflow": func(ctx context.Context) error {
			_, err := s.SubmitWorkflow(ctx, scheduler.Workflow{Token: "t"})
			return err
		},
		"SubmitBatch": func(ctx context.Context) error {
			return s.SubmitBatch(ctx, []scheduler.Job{{Token: "t", Command: "/bin/true"}}, func(scheduler.Submitted) error { return nil })
		},
		"Query": func(ctx context.Context) error {
			return s.Query(ctx, scheduler.Query{Jobs: refs}, func(scheduler.Status) error { return nil })
		},
		"Cancel":  func(ctx context.Context) error { return s.Cancel(ctx, refs) },
		"Hold":    func(ctx context.Context) error { return s.Hold(ctx, refs) },
		"Release": func(ctx context.Context) error { return s.Release(ctx, refs) },
		"Suspend": func(ctx context.Context) error { return s.Suspend(ctx, refs) },
		"Resume":  func(ctx context.Context) error { return s.Resume(ctx, refs) },
		"Remove":  func(ctx context.Context) error { return s.Remove(ctx, refs) },
		"Find": func(ctx context.Context) error {
			return s.Find(ctx, "t", time.Time{}, func(scheduler.Found) error { return nil })
		},
		"Explain": func(ctx context.Context) error { _, err := s.Explain(ctx, refs[0], 0); return err },
		"Inspect": func(ctx context.Context) error { _, err := s.Inspect(ctx); return err },
		"Probe":   func(ctx context.Context) error { return s.Probe(ctx, func(scheduler.Check) {}) },
		"Watch":   func(ctx context.Context) error { return s.Watch(ctx, "", func(scheduler.Event) error { return nil }) },
		"Tail": func(ctx context.Context) error {
			return s.Logs(ctx, refs[0], scheduler.LogOptions{Stream: scheduler.Stdout, Follow: true}, io.Discard)
		},
		"Upload": func(ctx context.Context) error {
			return s.Upload(ctx, "t", scheduler.Input{Name: "x", Size: 1}, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil })
		},
		"Download": func(ctx context.Context) error {
			return s.Download(ctx, refs[0], scheduler.FileQuery{}, func(scheduler.File, io.Reader) error { return nil })
		},
	}
}

// besides calls another driver until the test ends, which nothing that happens to the first may hinder.
func besides(t *testing.T) {
	t.Helper()
	other, _ := hostile(t, "")
	ctx, stop := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	var calls atomic.Int64
	go func() {
		var err error
		for ctx.Err() == nil && err == nil {
			one, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			err = other.Cancel(one, nil)
			cancel()
			calls.Add(1)
			time.Sleep(time.Millisecond)
		}
		failed <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-failed; err != nil || calls.Load() == 0 {
			t.Errorf("calls of another driver: %d, %v", calls.Load(), err)
		}
	})
}

// A driver that stops dead within any verb ends that call and no other driver's: the short ones by their deadline, the long ones when nothing moves.
func TestADriverThatHangsInAnyVerb(t *testing.T) {
	t.Parallel()
	besides(t)
	for verb := range verbs(nil) {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s, p := hostile(t, "stop "+verb)
			lease, err := p.Acquire(t.Context()) // the start is not the call's time
			if err != nil {
				t.Fatal(err)
			}
			lease.Release()
			ctx := t.Context()
			switch verb {
			case "Watch", "Tail", "Upload", "Download":
				s.SetPatience(300 * time.Millisecond)
			default:
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 500*time.Millisecond)
				defer cancel()
			}
			if err := verbs(s)[verb](ctx); !errors.Is(err, fault.Timeout) {
				t.Errorf("ended with %v", err)
			}
			pid := p.Status().PID
			p.Close(context.Background())
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d of the driver that hung is still there: %v", pid, err)
			}
		})
	}
}

// A driver that does not care whether a call was cancelled holds nobody who cancels it, and can be ended.
func TestADriverThatIgnoresCancellation(t *testing.T) {
	t.Parallel()
	besides(t)
	for verb := range verbs(nil) {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s, p := hostile(t, "deaf "+verb)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(300*time.Millisecond, cancel)
			if err := verbs(s)[verb](ctx); !errors.Is(err, fault.Cancelled) {
				t.Errorf("ended with %v", err)
			}
			if verb != "Cancel" {
				if err := s.Cancel(t.Context(), nil); err != nil {
					t.Errorf("the next call: %v", err)
				}
			}
			p.Close(context.Background())
		})
	}
}

// What a driver tells that cannot be is refused with a sentence for its author, and the driver goes on.
func TestImpossibleStatuses(t *testing.T) {
	t.Parallel()
	s, _ := hostile(t, "")
	for token, want := range map[string]string{
		launchtest.NegativeTask: `the driver told task -1, count 0 of job "negative task", which cannot be`,
		launchtest.NegativeMany: `the driver told task 0, count -1 of job "negative count", which cannot be`,
		launchtest.BeyondJob:    `the driver told task 1, count 3 of job "beyond the job", which has 3`,
		launchtest.Overflow:     `the driver told task 1, count 9223372036854775807 of job "more tasks than there are numbers", which has 3`,
		launchtest.LongID:       `the driver told an identifier of 1048576 bytes; at most 512 are allowed`,
		launchtest.OddBytes:     "invalid UTF-8",
		launchtest.Stranger:     "",
	} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			told := 0
			err := s.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{{Token: token, Tasks: 3}}}, func(scheduler.Status) error { told++; return nil })
			switch {
			case told > 0:
				t.Errorf("%d statuses came through", told)
			case want == "" && err != nil:
				t.Error(err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want) || fault.Blame(err) != fault.Driver || !errors.Is(err, fault.Internal)):
				t.Errorf("%v, blame %q", err, fault.Blame(err))
			}
			switch token {
			case launchtest.NegativeTask, launchtest.NegativeMany, launchtest.LongID:
				// What an event says of tasks can be held against a job only by who knows the job.
				err := s.Watch(t.Context(), scheduler.Cursor(token), func(scheduler.Event) error { return errors.New("it came through") })
				if err == nil || !strings.Contains(err.Error(), want) || fault.Blame(err) != fault.Driver {
					t.Errorf("as an event: %v, blame %q", err, fault.Blame(err))
				}
			}
			if err := s.Cancel(t.Context(), nil); err != nil {
				t.Errorf("the driver is of no more use: %v", err)
			}
		})
	}
}

// The log of a task that is silent goes on for as long as its driver is alive, and no longer.
func TestASilentLog(t *testing.T) {
	t.Parallel()
	s, p := hostile(t, "deaf Tail")
	s.SetPatience(200 * time.Millisecond)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Logs(t.Context(), scheduler.Ref{Token: "t"}, scheduler.LogOptions{Stream: scheduler.Stdout, Follow: true}, io.Discard)
	}()
	eventually(t, "the driver runs", func() bool { return p.Status().PID != 0 })
	select {
	case err := <-ended:
		t.Fatalf("the log of a driver that lives ended: %v", err)
	case <-time.After(time.Second): // several times its patience
	}
	if err := syscall.Kill(p.Status().PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	err := <-ended
	if !errors.Is(err, fault.Timeout) || fault.Blame(err) != fault.Driver || !strings.Contains(err.Error(), "does not answer whether it is alive") {
		t.Errorf("%v, blame %q", err, fault.Blame(err))
	}
}
