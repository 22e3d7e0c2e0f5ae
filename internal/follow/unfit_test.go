package follow

import (
	"context"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A process whose own driver is of no use for long does not keep the others from the scheduler, nor its jobs from being tried again by them.
func TestUnfitProcessStandsBack(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	sick, well := newPool(), newPool()
	sick.fault = func(context.Context, string, bool) error {
		return fault.After(fault.By(fault.Driver, fault.Unavailable.New("driver \"x\" has failed and is tried again in 10m0s")), 10*time.Minute)
	}
	one := begin(t, s, sick, "one", Rules{})
	defer one.kill()
	id := carried(t, one, sch, scheduler.Job{Command: "x"})[0]
	if job := read1(t, s, id); job.Status.State != scheduler.Pending || time.Until(job.Status.RetryAt) > lastRetry {
		t.Fatalf("it is tried again at %v: %+v", job.Status.RetryAt, job.Status)
	}
	eventually(t, "what the process says of its driver", func() bool {
		all, err := s.Health(t.Context(), []string{sch.UID})
		return err == nil && !all[sch.UID].Since.IsZero()
	})
	two := begin(t, s, well, "two", Rules{})
	defer two.kill()
	eventually(t, "the job at the pool", func() bool { return state(t, s, id) == scheduler.Queued })
	well.say(id, 0, 1, scheduler.Succeeded)
	eventually(t, "its end", func() bool { return state(t, s, id) == scheduler.Succeeded })
}
