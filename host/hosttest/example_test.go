package hosttest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// press is a portal's own code: what happens when somebody presses the button.
func press(ctx context.Context, h *host.Host, user string) (string, error) {
	s, err := h.GetScheduler(ctx, "Default")
	if err != nil {
		return "", err
	}
	job, err := s.Submit(ctx, scheduler.Job{Name: "flood", Command: "/opt/model/run", User: user, Array: &scheduler.Array{Count: 3}, Outputs: []string{"peak.txt"}})
	if err != nil {
		return "", err
	}
	return job.ID, nil
}

// tell is another piece of it: what the page says.
func tell(ctx context.Context, h *host.Host, id string) (string, error) {
	job, err := h.GetJob(ctx, id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Your flood is %s (%d of %d done). %s", job.State, job.Counts[scheduler.Succeeded], job.Tasks, job.Reason), nil
}

// Example is a portal's test. In a file of its own, "go test" finds it under the name TestFlood.
func Example() {
	_ = func(t *testing.T) {
		pool := hosttest.NewPool(t)
		h := hosttest.New(t, hosttest.WithPool(pool))

		id, err := press(t.Context(), h, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if job := pool.Next(); job.User != "ada" || job.Tasks() != 3 {
			t.Errorf("submitted was %+v", job)
		}
		pool.Run(id)
		pool.Leave(id, 0, "peak.txt", "412 m³/s\n")
		pool.Succeed(id, 0, 1)
		pool.Hold(id, "no licence for the model", 2)
		hosttest.WaitFor(t, h, id, scheduler.Held)

		if text, err := tell(t.Context(), h, id); err != nil || text != "Your flood is held (2 of 3 done). task 2: no licence for the model" {
			t.Errorf("%q, %v", text, err)
		}
	}
}
