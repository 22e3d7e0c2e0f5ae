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

func TestResubmit(t *testing.T) {
	t.Parallel()
	h, s, p, seen := richHost(t)
	dir := t.TempDir()
	input := filepath.Join(dir, "storm.csv")
	write(t, input, "rain")
	spec := scheduler.Job{
		Command: "x", Name: "run {id}", User: "ada", Key: "k", Groups: []string{"hydro"},
		Inputs: []scheduler.Input{{Path: input}, {Name: "d", Data: []byte("data")}}, Outputs: []string{"out"},
	}
	j := ended(t, s, p, spec, scheduler.Status{State: scheduler.Failed, Reason: "exit code 1", Exit: &scheduler.Exit{Code: 1}})
	next, err := j.Resubmit(t.Context(), host.Resubmission{})
	if err != nil {
		t.Fatal(err)
	}
	if next.ID == j.ID || next.Of != j.ID || next.Key != "" || next.Name != "run "+next.ID || next.User != "ada" || next.State != scheduler.Queued {
		t.Errorf("resubmitted as %+v", next)
	}
	if p.inputs[next.ID+"/storm.csv"] != "rain" || p.inputs[next.ID+"/d"] != "data" {
		t.Errorf("inputs at the pool: %v", p.inputs)
	}
	was, err := j.Get(t.Context())
	if err != nil || was.Next != next.ID || was.State != scheduler.Failed || was.Reason != "exit code 1" {
		t.Errorf("the first one became %+v, %v", was, err)
	}
	if seen.was("remove " + j.ID) {
		t.Error("what the first one left was removed")
	}
	q, err := host.ParseJobQuery("of=" + j.ID + " group=hydro")
	if err != nil {
		t.Fatal(err)
	}
	if found, _, err := h.ListJobs(t.Context(), q); err != nil || len(found) != 1 || found[0].ID != next.ID {
		t.Errorf("%v, %v", found, err)
	}
	keyed, err := j.Resubmit(t.Context(), host.Resubmission{Key: "again"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := j.Resubmit(t.Context(), host.Resubmission{Key: "again"}); err != nil || again.ID != keyed.ID {
		t.Errorf("the same key made %v, %v", again, err)
	}
}

// An input that is not what it was is told before anything is made.
func TestResubmitWithChangedInputs(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	input := filepath.Join(t.TempDir(), "storm.csv")
	write(t, input, "rain")
	j := ended(t, s, p, scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Path: input}}}, scheduler.Status{State: scheduler.Cancelled, Reason: "removed"})
	for name, spoil := range map[string]func(){
		"something else": func() { write(t, input, "sun") },
		"cannot be read": func() { os.Remove(input) },
	} {
		spoil()
		if _, err := j.Resubmit(t.Context(), host.Resubmission{}); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "storm.csv") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, _, err := h.ListJobs(t.Context(), host.JobQuery{}); err != nil || len(all) != 1 {
		t.Errorf("%d jobs, %v", len(all), err)
	}
	next, err := j.Resubmit(t.Context(), host.Resubmission{Change: func(spec *scheduler.Job) {
		spec.Inputs = []scheduler.Input{{Name: "storm.csv", Data: []byte("snow")}}
	}})
	if err != nil || p.inputs[next.ID+"/storm.csv"] != "snow" {
		t.Errorf("%v, %v", p.inputs, err)
	}
}

func TestResubmitTheFailedTasks(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	results := filepath.Join(t.TempDir(), "results")
	j := submit(t, s, scheduler.Job{
		Command: "x", Array: &scheduler.Array{Count: 4, Args: [][]string{{"a"}, {"b"}, {"c"}, {"d"}}, Indices: []int{10, 11, 12, 13}},
		Policy: scheduler.Policy{Results: results},
	})
	for task, state := range []scheduler.State{scheduler.Succeeded, scheduler.Failed, scheduler.Succeeded, scheduler.Cancelled} {
		p.move(scheduler.Status{Token: j.ID, Task: task, State: state, Reason: "so it is"})
	}
	j = reach(t, j, scheduler.Failed)
	next, err := j.Resubmit(t.Context(), host.Resubmission{Failed: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &scheduler.Array{Count: 2, Args: [][]string{{"b"}, {"d"}}, Indices: []int{11, 13}}
	if diff := cmp.Diff(want, p.jobs[next.ID].Array); diff != "" || next.Tasks != 2 {
		t.Errorf("%d tasks: %s", next.Tasks, diff)
	}
	if next.Spec.Policy.Results != results+"-"+next.ID {
		t.Errorf("its results go to %q", next.Spec.Policy.Results)
	}
	p.move(scheduler.Status{Token: next.ID, Count: 2, State: scheduler.Succeeded})
	next = reach(t, next, scheduler.Succeeded)
	if _, err := next.Resubmit(t.Context(), host.Resubmission{Failed: true}); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "nothing is left") {
		t.Errorf("of one that succeeded: %v", err)
	}
}
