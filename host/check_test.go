package host_test

import (
	"errors"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Check tells what Submit would refuse by itself, and leaves neither a record nor a job.
func TestCheckSubmitsNothing(t *testing.T) {
	t.Parallel()
	p := newPool()
	plugin, _ := p.rich("memory")
	h := open(t, t.TempDir(), drivers(plugin, p.plugin("plain")))
	able := saved(t, h, "Default")
	plain, err := h.CreateScheduler("Plain", "pool.example.org", "plain", nil)
	if err == nil {
		err = plain.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	unsaved, err := h.CreateScheduler("Draft", "pool.example.org", "plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone := scheduler.Workflow{Nodes: []scheduler.Node{{Name: "a", Job: scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Path: "/no/such/file"}}}}}}
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"a job":                    {able.Check(t.Context(), scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "a", Data: []byte("b")}}}), nil},
		"no command":               {able.Check(t.Context(), scheduler.Job{}), fault.Invalid},
		"an input that is missing": {able.Check(t.Context(), scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Path: "/no/such/file"}}}), fault.Invalid},
		"not saved":                {unsaved.Check(t.Context(), scheduler.Job{Command: "x"}), fault.Conflict},
		"a workflow":               {able.CheckWorkflow(t.Context(), diamond()), nil},
		"a workflow's input":       {able.CheckWorkflow(t.Context(), gone), fault.Invalid},
		"no engine":                {plain.CheckWorkflow(t.Context(), diamond()), fault.Unsupported},
	} {
		if !errors.Is(c.err, c.want) || (c.err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{}); err != nil || len(jobs) != 0 {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
}

// Nobody may ask for tasks before the first one.
func TestTasksBeforeTheFirst(t *testing.T) {
	t.Parallel()
	_, s, _, _ := richHost(t)
	j := submit(t, s, scheduler.Job{Command: "x", Array: &scheduler.Array{Count: 3}})
	for _, c := range []struct{ first, count int }{{-3, 10}, {0, -1}} {
		if tasks, err := j.ListTasks(t.Context(), c.first, c.count); !errors.Is(err, fault.Invalid) {
			t.Errorf("%d tasks from %d: %v, %v", c.count, c.first, tasks, err)
		}
	}
	if tasks, err := j.ListTasks(t.Context(), 2, 10); err != nil || len(tasks) != 1 {
		t.Errorf("the last one: %v, %v", tasks, err)
	}
}
