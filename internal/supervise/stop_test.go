package supervise_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestStopWaitsForLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		l := acquire(t, s)
		stopped := make(chan error)
		go func() { stopped <- s.Stop(t.Context()) }()
		<-l.Retiring()
		wantState(t, s, supervise.Draining)
		next := make(chan uint64)
		go func() {
			l, err := s.Acquire(t.Context())
			if err != nil {
				t.Error(err)
			}
			defer l.Release()
			next <- l.Generation()
		}()
		time.Sleep(5 * time.Second)
		select {
		case <-l.Done():
			t.Fatal("stopped under a lease")
		default:
		}
		l.Release()
		l.Release()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if l.Err() != nil {
			t.Errorf("a stop is no crash: %v", l.Err())
		}
		// Who asked while it drained gets the next one.
		if n := <-next; n != 2 {
			t.Errorf("generation %d", n)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit, want time.Duration
		hang        bool
	}{
		"the grace":  {time.Hour, 10 * time.Second, false},
		"the caller": {3 * time.Second, 3 * time.Second, false},
		"a hang":     {15 * time.Second, 15 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &driver{hang: c.hang}
				s := supervise.New(supervise.Options{Name: "test", Start: d.start})
				defer acquire(t, s).Release()
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				begin := time.Now()
				err := s.Close(ctx)
				if took := time.Since(begin); took != c.want || (err != nil) != c.hang {
					t.Errorf("%v after %v", err, took)
				}
				wantState(t, s, supervise.Stopped)
			})
		})
	}
}

func TestStopInEveryState(t *testing.T) {
	t.Parallel()
	for name, bring := range map[string]func(*testing.T, *driver, *supervise.Supervisor){
		"stopped": func(*testing.T, *driver, *supervise.Supervisor) {},
		"starting": func(t *testing.T, d *driver, s *supervise.Supervisor) {
			d.takes = time.Hour
			go func() { _, _ = s.Acquire(t.Context()) }()
			wantState(t, s, supervise.Starting)
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
			d.fail.Store(nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &driver{}
				s := supervise.New(supervise.Options{Name: "test", Start: d.start, Backoff: time.Hour, MaxBackoff: time.Hour})
				bring(t, d, s)
				begin := time.Now()
				if err := s.Close(t.Context()); err != nil {
					t.Error(err)
				}
				wantState(t, s, supervise.Stopped)
				if took := time.Since(begin); took != 0 {
					t.Errorf("took %v", took)
				}
				starts := d.starts.Load()
				time.Sleep(2 * time.Hour)
				if d.starts.Load() != starts {
					t.Error("it was started again")
				}
			})
		})
	}
}

func TestStopGivesAnotherChance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start})
		defer s.Close(context.Background())
		d.failWith(fault.Invalid.New("no"))
		if _, err := s.Acquire(t.Context()); !errors.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		d.fail.Store(nil)
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		acquire(t, s).Release()
	})
}
