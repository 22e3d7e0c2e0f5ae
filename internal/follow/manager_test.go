package follow

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Whoever waits to try again, longer each time, does so at once when he is woken.
func TestWake(t *testing.T) {
	t.Parallel()
	s, job := kept(t, 0, time.Time{})
	asked := make(chan struct{}, 100)
	m := &Manager{
		Store: s, Feed: feed.New(s), Submits: NewSubmitter(s, nil), Owner: "test", Log: hclog.NewNullLogger(),
		Drivers: func(context.Context, string) (Driver, error) {
			asked <- struct{}{}
			return nil, fault.NotFound.New("there is no such driver")
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	defer m.Wait()
	defer stop()
	m.Changed(ctx, job.SchedulerUID)
	// By itself the tenth try would come after many minutes.
	late := time.After(time.Minute)
	for try := range 10 {
		select {
		case <-asked:
			m.Wake()
		case <-late:
			t.Fatalf("%d tries", try)
		}
	}
}

func TestMakesWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"a driver that drains":     {fault.After(fault.By(fault.Host, fault.Unavailable.New("the driver is draining")), 0), true},
		"a pool that does not":     {fault.Unavailable.New("no route to host"), false},
		"a full queue of the host": {fault.After(fault.By(fault.Host, fault.Exhausted.New("try again later")), time.Second), false},
		"no error":                 {nil, false},
	} {
		if got := makesWay(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
