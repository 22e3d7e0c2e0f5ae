package host_test

import (
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A pool whose clock is off, or is set while a job runs: the job comes through its states, in order, to its one end. Only what a pool says of a time before
// what is known already does not move a state back, and an end is believed whenever it is said to have been.
func TestThePoolsClockIsOff(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct{ running, end time.Duration }{
		"an hour ahead":               {time.Hour, time.Hour + time.Minute},
		"an hour behind":              {-time.Hour, -time.Hour + time.Minute},
		"set back while it ran":       {time.Hour, -time.Hour},
		"set on while it ran":         {-time.Hour, time.Hour},
		"in the year 9999, and never": {70_000_000 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool()
			h := open(t, t.TempDir(), drivers(p.plugin("memory")))
			j := submit(t, saved(t, h, "Default"), scheduler.Job{})
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Running, Time: time.Now().Add(at.running)})
			reach(t, j, scheduler.Running)
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}, Time: time.Now().Add(at.end)})
			end, err := j.Wait(t.Context())
			if err != nil || end.State != scheduler.Failed || end.Exit == nil || end.Exit.Code != 3 || end.Ended.IsZero() {
				t.Fatalf("%+v, %v", end, err)
			}
			// Its freshness is by this host's clock, whatever the pool's says.
			if off := time.Since(end.Observed).Abs(); off > time.Minute || end.Stale != "" {
				t.Errorf("observed %v ago, stale: %s", off, end.Stale)
			}
			ends := 0
			for e, err := range h.Events(t.Context(), host.FromStart) {
				if err != nil {
					t.Fatal(err)
				}
				if e.State.Terminal() {
					ends++
					break
				}
			}
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Running, Time: time.Now()})
			other := submit(t, must1(h.GetScheduler(t.Context(), "Default"))(t), scheduler.Job{})
			p.move(scheduler.Status{Token: other.ID, State: scheduler.Succeeded})
			reach(t, other, scheduler.Succeeded)
			if now, err := j.Get(t.Context()); err != nil || now.State != scheduler.Failed || ends != 1 {
				t.Errorf("after its end: %+v, %v", now, err)
			}
		})
	}
}

func must1[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
