package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// diamond is a workflow of 1 + 3 + (1 + 2) + 1 tasks.
func diamond() scheduler.Workflow {
	one := func(command string) scheduler.Job { return scheduler.Job{Command: command} }
	many := func(command string, count int) scheduler.Job {
		return scheduler.Job{Command: command, Array: &scheduler.Array{Count: count}}
	}
	return scheduler.Workflow{Name: "forecast", User: "ada", Nodes: []scheduler.Node{
		{Name: "fetch", Job: one("fetch")},
		{Name: "basins", Job: many("model", 3), After: []string{"fetch"}},
		{Name: "coast", After: []string{"fetch"}, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{
			{Name: "tide", Job: one("tide")},
			{Name: "surge", Job: many("surge", 2), After: []string{"tide"}},
		}}},
		{Name: "report", Job: one("report"), After: []string{"basins", "coast"}},
	}}
}

func TestWorkflow(t *testing.T) {
	t.Parallel()
	h, s, p, seen := richHost(t)
	w := diamond()
	w.Key, w.Labels = "today", map[string]string{"app": "flood"}
	w.Nodes[0].Job.Inputs = []scheduler.Input{{Name: "where", Data: []byte("here")}}
	j, err := s.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if j.Tasks != 8 || j.State != scheduler.Queued || j.Workflow == nil || j.Name != "forecast" || j.User != "ada" || j.Spec.Command != "" {
		t.Errorf("submitted as %+v", j)
	}
	if again, err := s.SubmitWorkflow(t.Context(), w); err != nil || again.ID != j.ID {
		t.Errorf("the same key made %v, %v", again, err)
	}
	if at := seen.workflow(j.ID); at.Token != j.ID || len(at.Nodes) != 4 || at.Name != "forecast" {
		t.Errorf("at the pool %+v", at)
	}
	p.move(scheduler.Status{Token: j.ID, Task: 0, State: scheduler.Succeeded, Exit: &scheduler.Exit{}, Node: "node7"})
	p.move(scheduler.Status{Token: j.ID, Task: 1, Count: 2, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	p.move(scheduler.Status{Token: j.ID, Task: 3, State: scheduler.Failed, Reason: "exit code 2", Exit: &scheduler.Exit{Code: 2}})
	p.move(scheduler.Status{Token: j.ID, Task: 4, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	p.move(scheduler.Status{Token: j.ID, Task: 5, Count: 2, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	p.move(scheduler.Status{Token: j.ID, Task: 7, State: scheduler.Cancelled, Reason: `node "basins" did not succeed`, Cause: scheduler.CauseUpstream})
	j = reach(t, j, scheduler.Failed)
	nodes, err := j.ListNodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ok := &scheduler.Exit{}
	count := func(s scheduler.State, n int) map[scheduler.State]int { return map[scheduler.State]int{s: n} }
	want := []host.Node{
		{Name: "fetch", State: scheduler.Succeeded, Exit: ok, Host: "node7", First: 0, Tasks: 1, Counts: count(scheduler.Succeeded, 1)},
		{Name: "basins", State: scheduler.Failed, Reason: "exit code 2", First: 1, Tasks: 3, Counts: map[scheduler.State]int{scheduler.Succeeded: 2, scheduler.Failed: 1}},
		{Name: "coast", State: scheduler.Succeeded, First: 4, Tasks: 3, Counts: count(scheduler.Succeeded, 3), Nodes: []host.Node{
			{Name: "tide", State: scheduler.Succeeded, Exit: ok, First: 4, Tasks: 1, Counts: count(scheduler.Succeeded, 1)},
			{Name: "surge", State: scheduler.Succeeded, First: 5, Tasks: 2, Counts: count(scheduler.Succeeded, 2)},
		}},
		{Name: "report", State: scheduler.Cancelled, Reason: `node "basins" did not succeed`, First: 7, Tasks: 1, Counts: count(scheduler.Cancelled, 1)},
	}
	if diff := cmp.Diff(want, nodes); diff != "" {
		t.Error(diff)
	}
	jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{Name: "forecast", Labels: map[string]string{"app": "flood"}})
	if err != nil || len(jobs) != 1 || jobs[0].Workflow == nil || jobs[0].Workflow.Nodes != nil {
		t.Errorf("listed as %+v, %v", jobs, err)
	}
	if _, err := submit(t, s, scheduler.Job{}).ListNodes(t.Context()); !errors.Is(err, fault.Unsupported) {
		t.Errorf("the nodes of a job: %v", err)
	}
}

// The results of a workflow stand in folders by the names of the nodes.
func TestResultsOfAWorkflow(t *testing.T) {
	t.Parallel()
	_, s, _, _ := richHost(t)
	j, err := s.SubmitWorkflow(t.Context(), diamond())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := j.Download(t.Context(), dir, scheduler.FileQuery{}); err != nil {
		t.Fatal(err)
	}
	for path, task := range map[string]string{
		"fetch/out/r.txt": "0", "basins/0/out/r.txt": "1", "basins/2/out/r.txt": "3", "coast/tide/out/r.txt": "4", "coast/surge/1/out/r.txt": "6", "report/out/r.txt": "7",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, path)); err != nil || string(text) != "result "+task {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if sums, err := os.ReadFile(filepath.Join(dir, host.Sums)); err != nil || strings.Count(string(sums), "\n") != 8 || !strings.Contains(string(sums), "  coast/surge/1/out/r.txt\n") {
		t.Errorf("%s, %v", sums, err)
	}
}

// Only what did not succeed runs again, and waits for nothing that has.
func TestResubmitTheFailedNodes(t *testing.T) {
	t.Parallel()
	_, s, p, seen := richHost(t)
	w := diamond()
	w.Nodes = append(w.Nodes, scheduler.Node{Name: "clean", Kind: scheduler.FinalNode, Job: scheduler.Job{Command: "clean"}})
	j, err := s.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Resubmit(t.Context(), host.Resubmission{Failed: true}); !errors.Is(err, fault.Conflict) {
		t.Errorf("before the end: %v", err)
	}
	p.move(scheduler.Status{Token: j.ID, Task: 0, Count: 5, State: scheduler.Succeeded})
	p.move(scheduler.Status{Token: j.ID, Task: 5, Count: 2, State: scheduler.Failed, Reason: "exit code 1"})
	p.move(scheduler.Status{Token: j.ID, Task: 7, State: scheduler.Cancelled, Reason: "upstream"})
	p.move(scheduler.Status{Token: j.ID, Task: 8, State: scheduler.Succeeded})
	j = reach(t, j, scheduler.Failed)
	next, err := j.Resubmit(t.Context(), host.Resubmission{Failed: true, Change: func(spec *scheduler.Job) { spec.Resources.Memory = 1 << 30 }})
	if err != nil {
		t.Fatal(err)
	}
	got := seen.workflow(next.ID)
	var names []string
	for _, n := range got.Nodes {
		names = append(names, n.Name+" after "+strings.Join(n.After, ","))
	}
	if diff := cmp.Diff([]string{"coast after ", "report after coast", "clean after "}, names); diff != "" {
		t.Error(diff)
	}
	inner := got.Nodes[0].Workflow
	if len(inner.Nodes) != 1 || inner.Nodes[0].Name != "surge" || len(inner.Nodes[0].After) != 0 || inner.Nodes[0].Job.Resources.Memory != 1<<30 {
		t.Errorf("the workflow within is %+v", inner)
	}
	if was, err := j.Get(t.Context()); err != nil || was.Next != next.ID || next.Of != j.ID || next.Tasks != 4 {
		t.Errorf("%+v of %+v, %v", next, was, err)
	}
}
