package supervise_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestReplaceBeside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		old, next := &driver{}, &driver{takes: 3 * time.Second}
		s := supervise.New(supervise.Options{Name: "test", Start: old.start})
		call := acquire(t, s)
		replaced := make(chan error)
		go func() { replaced <- s.Replace(t.Context(), supervise.Options{Start: next.start}, nil) }()
		synctest.Wait()
		begin := time.Now()
		l := acquire(t, s) // while the new one starts
		if l.Generation() != 1 || time.Since(begin) != 0 {
			t.Errorf("generation %d after %v", l.Generation(), time.Since(begin))
		}
		l.Release()
		if err := <-replaced; err != nil {
			t.Fatal(err)
		}
		<-call.Retiring()
		if l := acquire(t, s); l.Generation() != 2 {
			t.Errorf("generation %d", l.Generation())
		} else {
			l.Release()
		}
		if status := wantState(t, s, supervise.Ready); status.Leaving != 1 || status.Generation != 2 || status.Refused != nil {
			t.Errorf("%+v", status)
		}
		time.Sleep(2 * time.Minute)
		select {
		case <-call.Done():
			t.Error("a call was cut")
		default:
		}
		call.Release()
		<-call.Done()
		if call.Err() != nil {
			t.Error(call.Err())
		}
		if status := wantState(t, s, supervise.Ready); status.Leaving != 0 || status.Restarts != 0 {
			t.Errorf("%+v", status)
		}
		// From now on it is started in the new way.
		next.crash()
		acquire(t, s).Release()
		if old.starts.Load() != 1 || next.starts.Load() != 2 {
			t.Errorf("%d old starts, %d new", old.starts.Load(), next.starts.Load())
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestReplacedGenerationsDoNotLingerForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Linger: time.Minute})
		begin := time.Now()
		l := acquire(t, s)
		defer l.Release()
		var others []*supervise.Lease
		for range 3 {
			if err := s.Replace(t.Context(), supervise.Options{Start: d.start, Linger: time.Minute}, nil); err != nil {
				t.Fatal(err)
			}
			others = append(others, acquire(t, s))
		}
		if status := s.Status(); status.Leaving != 3 {
			t.Errorf("%+v", status)
		}
		<-l.Done()
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("took %v", took)
		}
		for _, l := range others {
			l.Release()
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseEndsAllGenerations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		var leases []*supervise.Lease
		for range 3 {
			leases = append(leases, acquire(t, s))
			if err := s.Replace(t.Context(), supervise.Options{Start: d.start}, nil); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		for _, l := range leases {
			select {
			case <-l.Done():
			default:
				t.Errorf("generation %d goes on", l.Generation())
			}
			l.Release()
		}
		if err := s.Replace(t.Context(), supervise.Options{Start: d.start}, nil); fault.Of(err) != fault.Unavailable {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestRefusedReplacement(t *testing.T) {
	t.Parallel()
	bad := fault.Invalid.New("not like this")
	for name, c := range map[string]struct {
		start *driver
		prove func(context.Context, supervise.Process) error
	}{
		"does not start": {func() *driver { d := &driver{}; d.failWith(bad); return d }(), nil},
		"not proven":     {&driver{}, func(context.Context, supervise.Process) error { return bad }},
		"ends at once": {&driver{}, func(_ context.Context, p supervise.Process) error {
			p.(*life).end(bad)
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &driver{}
				s := supervise.New(supervise.Options{Name: "test", Start: d.start})
				defer s.Close(context.Background())
				l := acquire(t, s)
				if err := s.Replace(t.Context(), supervise.Options{Start: c.start.start}, c.prove); err != bad {
					t.Errorf("%v", err)
				}
				if status := wantState(t, s, supervise.Ready); status.Refused != bad || status.Generation != 1 || status.Leaving != 0 {
					t.Errorf("%+v", status)
				}
				select {
				case <-l.Retiring():
					t.Error("the old one was retired")
				default:
				}
				l.Release()
				if p := c.start.last; p != nil {
					<-p.Done()
				}
				d.crash()
				acquire(t, s).Release() // in the old way
				if status := wantState(t, s, supervise.Ready); d.starts.Load() != 2 || status.Refused != bad {
					t.Errorf("%d starts, %+v", d.starts.Load(), status)
				}
				if err := s.Replace(t.Context(), supervise.Options{Start: d.start}, nil); err != nil || s.Status().Refused != nil {
					t.Errorf("%v, %+v", err, s.Status())
				}
			})
		})
	}
}

// A driver that does not run takes the new form over for its next start, which is not made before somebody wants it.
func TestReplaceWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	for name, bring := range map[string]func(*testing.T, *driver, *supervise.Supervisor){
		"stopped": func(*testing.T, *driver, *supervise.Supervisor) {},
		"draining": func(t *testing.T, _ *driver, s *supervise.Supervisor) {
			l := acquire(t, s)
			go s.Stop(t.Context())
			<-l.Retiring()
			go func() { time.Sleep(time.Second); l.Release() }()
		},
		"backing off": func(t *testing.T, d *driver, s *supervise.Supervisor) {
			acquire(t, s).Release()
			d.crash()
			wantState(t, s, supervise.BackingOff)
		},
		"failed": func(t *testing.T, d *driver, s *supervise.Supervisor) {
			d.failWith(fault.Denied.New("no"))
			_, _ = s.Acquire(t.Context())
			wantState(t, s, supervise.Failed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				old, next := &driver{}, &driver{}
				s := supervise.New(supervise.Options{Name: "test", Start: old.start, Backoff: time.Hour, MaxBackoff: time.Hour})
				bring(t, old, s)
				if err := s.Replace(t.Context(), supervise.Options{Start: next.start}, nil); err != nil {
					t.Error(err)
				}
				wantState(t, s, supervise.Stopped)
				starts := old.starts.Load()
				time.Sleep(2 * time.Hour)
				wantState(t, s, supervise.Stopped)
				acquire(t, s).Release()
				if old.starts.Load() != starts || next.starts.Load() != 1 {
					t.Errorf("%d old starts, %d new", old.starts.Load()-starts, next.starts.Load())
				}
				if err := s.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What happens to the old one while the new one starts.
func TestReplaceMeanwhile(t *testing.T) {
	t.Parallel()
	const century = 100 * 365 * 24 * time.Hour // a delay drawn from it is long
	for name, c := range map[string]struct {
		happens    func(*testing.T, *driver, *supervise.Supervisor)
		state      supervise.State
		generation uint64
		fails      bool
		takes      time.Duration // the new one's start; 0: a second
	}{
		"crash": {func(t *testing.T, d *driver, s *supervise.Supervisor) {
			d.crash()
			wantState(t, s, supervise.BackingOff)
		}, supervise.Ready, 2, false, 0},
		"crash and restart": {func(t *testing.T, d *driver, s *supervise.Supervisor) {
			d.crash()
			wantState(t, s, supervise.BackingOff)
			time.Sleep(century)
			wantState(t, s, supervise.Ready)
		}, supervise.Ready, 3, false, 2 * century},
		"fails": {func(t *testing.T, d *driver, s *supervise.Supervisor) {
			d.failWith(fault.Denied.New("no"))
			d.crash()
			time.Sleep(century)
			wantState(t, s, supervise.Failed)
		}, supervise.Ready, 3, false, 2 * century},
		"stop": {func(t *testing.T, _ *driver, s *supervise.Supervisor) {
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}, supervise.Stopped, 1, false, 0},
		"close": {func(t *testing.T, _ *driver, s *supervise.Supervisor) {
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}, supervise.Stopped, 1, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				old, next := &driver{}, &driver{takes: max(c.takes, time.Second)}
				s := supervise.New(supervise.Options{Name: "test", Start: old.start, Backoff: century, MaxBackoff: century})
				acquire(t, s).Release()
				replaced := make(chan error)
				go func() { replaced <- s.Replace(t.Context(), supervise.Options{Start: next.start}, nil) }()
				synctest.Wait()
				c.happens(t, old, s)
				if err := <-replaced; (err != nil) != c.fails {
					t.Error(err)
				}
				if status := wantState(t, s, c.state); status.Generation != c.generation {
					t.Errorf("%+v", status)
				}
				old.mu.Lock()
				<-old.last.Done()
				old.mu.Unlock()
				if !c.fails {
					acquire(t, s).Release()
				}
				if err := s.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestReplacementsQueueUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{takes: time.Second}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		defer s.Close(context.Background())
		acquire(t, s).Release()
		begin := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if err := s.Replace(t.Context(), supervise.Options{Start: d.start}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(begin); took != 5*time.Second || s.Status().Generation != 6 {
			t.Errorf("took %v, %+v", took, s.Status())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.Replace(ctx, supervise.Options{Start: d.start}, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		wantState(t, s, supervise.Ready)
	})
}
