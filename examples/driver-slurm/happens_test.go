package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What administrators and users do to jobs without asking the portal.
func TestWhatOthersDo(t *testing.T) {
	t.Parallel()
	d, l := ben(t), slurm(t)
	scontrol := func(t *testing.T, verb string, ref scheduler.Ref) {
		t.Helper()
		if _, err := l.Run(t.Context(), "root", "scontrol", verb, string(ref.ID)); err != nil {
			t.Fatal(err)
		}
	}
	cancel := func(t *testing.T, ref scheduler.Ref) {
		t.Helper()
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Fatal(err)
		}
		awaitState(t, d, ref, "cancelled", in(scheduler.Cancelled))
	}
	t.Run("suspended", func(t *testing.T) {
		t.Parallel()
		ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
		awaitState(t, d, ref, "running", in(scheduler.Running))
		scontrol(t, "suspend", ref)
		if s := awaitState(t, d, ref, "suspended", in(scheduler.Suspended))[0]; s.Reason == "" {
			t.Errorf("%+v", s)
		}
		scontrol(t, "resume", ref)
		awaitState(t, d, ref, "running", in(scheduler.Running))
		cancel(t, ref)
	})
	t.Run("held by an administrator", func(t *testing.T) {
		t.Parallel()
		// The cluster has two GPUs: the second task waits.
		ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}, Array: &scheduler.Array{Count: 2}, Resources: scheduler.Resources{GPUs: 2}})
		scontrol(t, "hold", ref)
		if s := query(t, d, ref)[1]; s.State != scheduler.Held || !strings.Contains(s.Reason, "administrators") {
			t.Errorf("%+v", s)
		}
		if err := d.Release(t.Context(), []scheduler.Ref{ref}); fault.Of(err) != fault.Denied {
			t.Errorf("released by its user: %v", err)
		}
		cancel(t, ref)
	})
	t.Run("cancelled at the cluster", func(t *testing.T) {
		t.Parallel()
		ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
		awaitState(t, d, ref, "running", in(scheduler.Running))
		if _, err := l.Run(t.Context(), "root", "scancel", string(ref.ID)); err != nil {
			t.Fatal(err)
		}
		if s := awaitState(t, d, ref, "ended", terminal)[0]; s.State != scheduler.Cancelled || !strings.Contains(s.Reason, "not through this portal") {
			t.Errorf("%+v", s)
		}
	})
	t.Run("an input removed", func(t *testing.T) {
		t.Parallel()
		job := scheduler.Job{Token: newToken(), Command: "true", Inputs: []scheduler.Input{{Name: "in", Size: 1}}}
		if _, err := d.Submit(t.Context(), job); fault.Of(err) != fault.Conflict {
			t.Errorf("submitted without its input: %v", err)
		}
		if err := d.Upload(t.Context(), job.Token, job.Inputs[0], strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		f, err := d.folderOf(t.Context(), job.Token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.submit(t.Context(), f, job, "--hold"); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Run(t.Context(), "ben", "rm", f.input("in")); err != nil {
			t.Fatal(err)
		}
		ref := scheduler.Ref{Token: job.Token, Tasks: 1}
		if err := d.Release(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Fatal(err)
		}
		if s := awaitState(t, d, ref, "ended", terminal)[0]; s.State != scheduler.Failed || !strings.Contains(s.Reason, "slurm.log") {
			t.Errorf("%+v", s)
		}
		if out, err := l.Run(t.Context(), "ben", "cat", f.log()); err != nil || !strings.Contains(string(out), "No such file") {
			t.Errorf("slurm.log says %q, %v", out, err)
		}
	})
	t.Run("cancelled with all its processes", func(t *testing.T) {
		t.Parallel()
		ref := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", `trap "" TERM; sleep 987654 & (sleep 987655 &) ; sleep 987656; wait`}})
		awaitState(t, d, ref, "running", in(scheduler.Running))
		eventually(t, "three processes", func() bool { return len(processes(t, "sleep 98765")) == 3 })
		cancel(t, ref)
		eventually(t, "no process", func() bool { return len(processes(t, "sleep 98765")) == 0 })
	})
}

// processes are those of the lab whose command line begins so.
func processes(t *testing.T, command string) (found []string) {
	t.Helper()
	out, err := slurm(t).Run(t.Context(), "root", "ps", "-A", "-o", "args=")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, command) {
			found = append(found, line)
		}
	}
	return found
}

// Some tasks of an array, run once more, find themselves who they were.
func TestIndices(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "exit $OCEANID_TASK_INDEX"}, Array: &scheduler.Array{Count: 2, Indices: []int{7, 3}}})
	for _, s := range awaitState(t, d, ref, "ended", terminal) {
		if want := []int{7, 3}[s.Task]; s.Exit == nil || s.Exit.Code != want {
			t.Errorf("task %d was %+v, want %d", s.Task, s.Exit, want)
		}
	}
}
