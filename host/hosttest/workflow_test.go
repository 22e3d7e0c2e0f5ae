package hosttest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A model plays the nodes of each kind: those that run beside the others, those of the graph, and the one that runs at the end whatever became of them.
func TestKindsOfNodes(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	pool.Play(func(task hosttest.Task) hosttest.Result {
		if task.Job.Command == "/bin/false" {
			return hosttest.Result{Exit: 3}
		}
		return hosttest.Result{}
	})
	h := hosttest.New(t, hosttest.WithPool(pool))
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	node := func(name, command string, kind scheduler.NodeKind, after ...string) scheduler.Node {
		return scheduler.Node{Name: name, Kind: kind, After: after, Job: scheduler.Job{Command: command}}
	}
	j, err := s.SubmitWorkflow(t.Context(), scheduler.Workflow{Nodes: []scheduler.Node{
		node("beside", "/bin/true", scheduler.ServiceNode), node("first", "/bin/false", ""), node("then", "/bin/true", "", "first"),
		node("last", "/bin/true", scheduler.FinalNode),
	}})
	if err != nil {
		t.Fatal(err)
	}
	hosttest.WaitFor(t, h, j.ID, scheduler.Failed)
	tasks, err := j.ListTasks(t.Context(), 0, 4)
	if err != nil || len(tasks) != 4 {
		t.Fatalf("%v, %v", tasks, err)
	}
	for i, want := range []scheduler.State{scheduler.Succeeded, scheduler.Failed, scheduler.Cancelled, scheduler.Succeeded} {
		if tasks[i].State != want {
			t.Errorf("task %d is %s, not %s", i, tasks[i].State, want)
		}
	}
	if tasks[2].Cause != scheduler.CauseUpstream {
		t.Errorf("%+v", tasks[2])
	}
}

// What a pool in memory has no engine for is refused, and said: who submits it is told, and what stays is a record that has ended, with the reason.
func TestScriptsOfNodesAreRefused(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.SubmitWorkflow(t.Context(), scheduler.Workflow{Nodes: []scheduler.Node{
		{Name: "a", Job: scheduler.Job{Command: "/bin/true"}, Pre: &scheduler.Command{Command: "/bin/true"}},
	}})
	if !errors.Is(err, fault.Unsupported) {
		t.Errorf("%v", err)
	}
	jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{})
	if err != nil || len(jobs) != 1 || jobs[0].State != scheduler.Failed || !strings.Contains(jobs[0].Reason, "no engine for that") {
		t.Errorf("what stays is %+v, %v", jobs, err)
	}
}
