package host_test

import (
	"errors"
	"testing"

	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Tasks count from 0, there are none behind the last one, and none before the first can be asked for.
func TestListTasksAtTheEdges(t *testing.T) {
	t.Parallel()
	h := hosttest.New(t)
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	job := submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 3}})
	for _, c := range []struct{ first, count, want int }{{0, 3, 3}, {2, 5, 1}, {3, 1, 0}, {99, 1, 0}, {1, 0, 0}} {
		if got, err := job.ListTasks(t.Context(), c.first, c.count); err != nil || len(got) != c.want || c.want > 0 && got[0].Index != c.first {
			t.Errorf("%d from %d on: %v, %v", c.count, c.first, got, err)
		}
	}
	for _, c := range [][2]int{{-1, 1}, {0, -1}, {-5, -5}} {
		if got, err := job.ListTasks(t.Context(), c[0], c[1]); !errors.Is(err, fault.Invalid) || got != nil {
			t.Errorf("%d from %d on: %v, %v", c[1], c[0], got, err)
		}
	}
}
