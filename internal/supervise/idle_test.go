package supervise_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestIdleDriverIsStopped(t *testing.T) {
	t.Parallel()
	for name, health := range map[string]supervise.Health{
		"not asked for its health": {},
		"asked for its health":     {Ask: func(context.Context, grpc.ClientConnInterface) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &driver{}
				s := supervise.New(supervise.Options{Name: "test", Start: d.start, Idle: 10 * time.Minute, Health: health})
				defer s.Close(context.Background())
				for round := range int32(2) {
					l := acquire(t, s)
					time.Sleep(time.Hour) // in use
					wantState(t, s, supervise.Ready)
					l.Release()
					time.Sleep(9 * time.Minute)
					acquire(t, s).Release()
					time.Sleep(10*time.Minute - time.Nanosecond)
					wantState(t, s, supervise.Ready)
					time.Sleep(time.Nanosecond)
					if status := wantState(t, s, supervise.Stopped); status.PID != 0 || status.Crash != nil || d.starts.Load() != round+1 {
						t.Errorf("%d starts, %+v", d.starts.Load(), status)
					}
					time.Sleep(time.Hour)
					wantState(t, s, supervise.Stopped)
				}
			})
		})
	}
}

// Nobody may want any more what was started for somebody.
func TestIdleFromTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{takes: time.Minute}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Idle: time.Hour})
		defer s.Close(context.Background())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Acquire(ctx); fault.Of(err) != fault.Unavailable {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		wantState(t, s, supervise.Ready)
		time.Sleep(time.Hour)
		wantState(t, s, supervise.Stopped)
	})
}

// slow ends when it is told to, after a while.
type slow struct{ *life }

func (p slow) Stop(context.Context) error {
	time.Sleep(time.Second)
	p.end(nil)
	return nil
}

func TestAcquireWhileIdleDriverDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var starts atomic.Int32
		s := supervise.New(supervise.Options{Name: "test", Idle: time.Minute, Start: func(context.Context) (supervise.Process, error) {
			return slow{&life{pid: int(starts.Add(1)), done: make(chan struct{})}}, nil
		}})
		defer s.Close(context.Background())
		acquire(t, s).Release()
		time.Sleep(time.Minute)
		wantState(t, s, supervise.Draining)
		begin := time.Now()
		l := acquire(t, s)
		defer l.Release()
		if l.Generation() != 2 || time.Since(begin) != time.Second {
			t.Errorf("generation %d after %v", l.Generation(), time.Since(begin))
		}
	})
}

// What was to take a driver's place may have taken the place of its file.
func TestKeptDriverIsNotStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good, bad := &driver{}, &driver{}
		bad.failWith(fault.Invalid.New("no"))
		o := supervise.Options{Name: "test", Start: good.start, Idle: time.Minute}
		s := supervise.New(o)
		defer s.Close(context.Background())
		acquire(t, s).Release()
		other := o
		other.Start = bad.start
		if err := s.Replace(t.Context(), other, nil); err == nil {
			t.Error("it started")
		}
		time.Sleep(time.Hour)
		wantState(t, s, supervise.Ready)
		s.Refuse(nil)
		wantState(t, s, supervise.Stopped)
	})
}
