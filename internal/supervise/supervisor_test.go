package supervise_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// life is a process of the tests' own.
type life struct {
	pid  int
	hang bool // Stop takes as long as it is given
	once sync.Once
	done chan struct{}
	err  error
}

func (l *life) Conn() grpc.ClientConnInterface { return nil }
func (l *life) Done() <-chan struct{}          { return l.done }
func (l *life) PID() int                       { return l.pid }
func (l *life) Err() error {
	select {
	case <-l.done:
		return l.err
	default:
		return nil
	}
}

func (l *life) end(err error) { l.once.Do(func() { l.err = err; close(l.done) }) }

func (l *life) Stop(ctx context.Context) error {
	if l.hang {
		<-ctx.Done()
		l.end(nil)
		return fault.Timeout.New("was killed")
	}
	l.end(nil)
	return nil
}

// driver is what a supervisor of the tests starts.
type driver struct {
	takes  time.Duration
	starts atomic.Int32
	fail   atomic.Pointer[error]
	hang   bool
	mu     sync.Mutex
	last   *life
}

func (d *driver) start(ctx context.Context) (supervise.Process, error) {
	n := d.starts.Add(1)
	select {
	case <-time.After(d.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := d.fail.Load(); err != nil {
		return nil, *err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = &life{pid: int(n), hang: d.hang, done: make(chan struct{})}
	return d.last, nil
}

func (d *driver) crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last.end(fault.Crashed.New("panic: boom"))
}

func (d *driver) failWith(err error) { d.fail.Store(&err) }

func acquire(t *testing.T, s *supervise.Supervisor) *supervise.Lease {
	t.Helper()
	l, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wantState(t *testing.T, s *supervise.Supervisor, want supervise.State) supervise.Status {
	t.Helper()
	synctest.Wait()
	status := s.Status()
	if status.State != want {
		t.Fatalf("%s (%s), want %s", status.State, status.Reason, want)
	}
	return status
}

func TestOneStartForAllCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{takes: time.Second}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		wantState(t, s, supervise.Stopped)
		var callers sync.WaitGroup
		for range 50 {
			callers.Go(func() {
				l, err := s.Acquire(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer l.Release()
				if l.Generation() != 1 {
					t.Errorf("generation %d", l.Generation())
				}
			})
		}
		wantState(t, s, supervise.Starting)
		callers.Wait()
		if status := wantState(t, s, supervise.Ready); d.starts.Load() != 1 || status.PID != 1 || status.Generation != 1 || status.Restarts != 0 {
			t.Errorf("%d starts, %+v", d.starts.Load(), status)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		wantState(t, s, supervise.Stopped)
		if _, err := s.Acquire(t.Context()); !errors.Is(err, fault.Unavailable) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestStartOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{takes: 3 * time.Second}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		defer s.Close(context.Background())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		_, err := s.Acquire(ctx)
		if fault.Of(err) != fault.Unavailable || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if _, err := s.Acquire(ctx); fault.Of(err) != fault.Cancelled {
			t.Errorf("who is gone gets %v", err)
		}
		acquire(t, s).Release()
		if d.starts.Load() != 1 {
			t.Errorf("%d starts", d.starts.Load())
		}
	})
}

func TestBackoffAndBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Backoff: time.Second, MaxBackoff: 5 * time.Second})
		defer s.Close(context.Background())
		acquire(t, s).Release()
		for i, most := range []time.Duration{1, 2, 4, 5, 5} {
			d.crash()
			status := wantState(t, s, supervise.BackingOff)
			if delay := time.Until(status.RetryAt); delay < 0 || delay > most*time.Second {
				t.Errorf("crash %d: the delay is %v, want at most %v s", i+1, delay, int(most))
			}
			if !errors.Is(status.Err, fault.Crashed) || status.Reason != "panic: boom" || status.PID != 0 {
				t.Errorf("%+v", status)
			}
			l := acquire(t, s) // waits
			if l.Generation() != uint64(i+2) {
				t.Errorf("generation %d", l.Generation())
			}
			l.Release()
		}
		d.crash()
		status := wantState(t, s, supervise.Failed)
		if status.Restarts != 5 || time.Until(status.RetryAt) != 10*time.Minute {
			t.Errorf("%+v", status)
		}
		_, err := s.Acquire(t.Context())
		after, ok := fault.RetryAfter(err)
		if fault.Of(err) != fault.Unavailable || !errors.Is(err, fault.Crashed) || !ok || after != 10*time.Minute || fault.Blame(err) != fault.Driver {
			t.Errorf("%v, retry after %v", err, after)
		}
		if want := `driver "test" has failed and is tried again in 10m0s: panic: boom`; err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
		if d.starts.Load() != 6 {
			t.Errorf("%d starts", d.starts.Load())
		}
	})
}

func TestHalfOpenProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Budget: 1, Backoff: time.Millisecond})
		defer s.Close(context.Background())
		d.failWith(fault.Timeout.New("no handshake"))
		if _, err := s.Acquire(t.Context()); fault.Of(err) != fault.Unavailable {
			t.Fatal(err)
		}
		starts := d.starts.Load()
		time.Sleep(10 * time.Minute)
		wantState(t, s, supervise.Failed) // nobody asked
		if _, err := s.Acquire(t.Context()); fault.Of(err) != fault.Unavailable {
			t.Errorf("the probe gave %v", err)
		}
		if n := d.starts.Load() - starts; n != 1 {
			t.Errorf("%d starts for one probe", n)
		}
		wantState(t, s, supervise.Failed)
		d.fail.Store(nil)
		time.Sleep(10 * time.Minute)
		acquire(t, s).Release()
		wantState(t, s, supervise.Ready)
		d.crash()
		wantState(t, s, supervise.BackingOff) // as if nothing had been
	})
}

func TestWhoCannotWaitIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Backoff: time.Hour, MaxBackoff: time.Hour})
		defer s.Close(context.Background())
		acquire(t, s).Release()
		d.crash()
		retryAt := wantState(t, s, supervise.BackingOff).RetryAt
		begin := time.Now()
		ctx, cancel := context.WithDeadline(t.Context(), retryAt.Add(-time.Nanosecond))
		defer cancel()
		_, err := s.Acquire(ctx)
		if after, ok := fault.RetryAfter(err); fault.Of(err) != fault.Unavailable || !ok || after != retryAt.Sub(begin) || time.Since(begin) != 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

func TestFinalErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		broken := fault.Invalid.New("is not executable")
		d.failWith(broken)
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		defer s.Close(context.Background())
		for range 3 {
			if _, err := s.Acquire(t.Context()); err != broken {
				t.Errorf("%v", err)
			}
		}
		if status := wantState(t, s, supervise.Failed); d.starts.Load() != 1 || time.Until(status.RetryAt) != 10*time.Second {
			t.Errorf("%d starts, %+v", d.starts.Load(), status)
		}
		d.fail.Store(nil)
		time.Sleep(10 * time.Second)
		acquire(t, s).Release()
	})
}

func TestCrashesLongAgoAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		defer s.Close(context.Background())
		for range 20 {
			acquire(t, s).Release()
			d.crash()
			wantState(t, s, supervise.BackingOff)
			time.Sleep(2*time.Minute + time.Second)
		}
	})
}
