package supervise_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// pulse is a driver's health: asked counts the questions, and those from the first missed one to the last are not answered.
type pulse struct {
	asked       atomic.Int32
	first, last int32
}

func (p *pulse) ask(ctx context.Context, _ grpc.ClientConnInterface) error {
	n := p.asked.Add(1)
	if n < p.first || n > p.last {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestHungDriver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, p := &driver{}, &pulse{first: 3, last: 5}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Health: supervise.Health{Ask: p.ask}})
		defer s.Close(context.Background())
		begin := time.Now()
		l := acquire(t, s)
		<-l.Done()
		// Asked after 5 and 10 s; missed after 15 s, 22 s and 29 s, for 2 s each.
		if took := time.Since(begin); took != 31*time.Second {
			t.Errorf("killed after %v", took)
		}
		if err := l.Err(); !errors.Is(err, fault.Crashed) || fault.Blame(err) != fault.Driver {
			t.Errorf("it ended with %v", err)
		}
		l.Release()
		next := acquire(t, s)
		defer next.Release()
		if status := wantState(t, s, supervise.Ready); next.Generation() != 2 || status.Restarts != 1 || !errors.Is(status.Crash, fault.Crashed) {
			t.Errorf("%+v", status)
		}
		time.Sleep(time.Minute)
		if next.Err() != nil {
			t.Error(next.Err())
		}
	})
}

func TestSignsOfLife(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pulse *pulse
		use   time.Duration // of each 61 seconds
		asked int32
	}{
		"answers":                      {&pulse{}, 57 * time.Second, 11 * 60},
		"answers again in time":        {&pulse{first: 2, last: 3}, 21 * time.Second, 4 + 59*4},
		"is not in use":                {&pulse{first: 1, last: 1000}, 0, 0},
		"is in use for a moment":       {&pulse{first: 1, last: 1000}, 4 * time.Second, 0},
		"is not in use after one miss": {&pulse{first: 1, last: 2}, 6 * time.Second, 3 + 59},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, p := &driver{}, c.pulse
				s := supervise.New(supervise.Options{Name: "test", Start: d.start, Health: supervise.Health{Ask: p.ask}})
				defer s.Close(context.Background())
				for range 60 {
					l := acquire(t, s)
					time.Sleep(c.use)
					l.Release()
					time.Sleep(61*time.Second - c.use)
				}
				if status := wantState(t, s, supervise.Ready); status.Generation != 1 {
					t.Errorf("%+v", status)
				}
				if n := p.asked.Load(); n != c.asked {
					t.Errorf("asked %d times, want %d", n, c.asked)
				}
			})
		})
	}
}

// A generation that was replaced and hangs holds up nobody but its own callers.
func TestHungWhileItLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, p := &driver{}, &pulse{first: 1, last: 3}
		o := supervise.Options{Name: "test", Start: d.start, Health: supervise.Health{Ask: p.ask}}
		s := supervise.New(o)
		defer s.Close(context.Background())
		l := acquire(t, s)
		defer l.Release()
		if err := s.Replace(t.Context(), o, nil); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		<-l.Done()
		if took := time.Since(begin); took != 21*time.Second || !errors.Is(l.Err(), fault.Crashed) {
			t.Errorf("%v after %v", l.Err(), took)
		}
		if status := wantState(t, s, supervise.Ready); status.Leaving != 0 || status.Generation != 2 || status.Crash != nil {
			t.Errorf("%+v", status)
		}
	})
}

// A driver that hangs while it is stopped is killed when the grace is over, or when it is found to hang.
func TestHungWhileItDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, p := &driver{hang: true}, &pulse{first: 1, last: 3}
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Health: supervise.Health{Ask: p.ask}, Grace: time.Hour})
		l := acquire(t, s)
		defer l.Release()
		begin := time.Now()
		if err := s.Close(t.Context()); err == nil {
			t.Error("no force was needed")
		}
		if took := time.Since(begin); took != 21*time.Second {
			t.Errorf("took %v", took)
		}
		wantState(t, s, supervise.Stopped)
	})
}
