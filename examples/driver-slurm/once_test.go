package main

import (
	"context"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// counted is a machine that notes which of Slurm's commands were run on it.
type counted struct {
	machine
	mu    sync.Mutex
	calls map[string]int
}

func (c *counted) run(ctx context.Context, argv ...string) (string, error) {
	c.mu.Lock()
	for _, word := range argv {
		c.calls[path.Base(word)]++
	}
	c.mu.Unlock()
	return c.machine.run(ctx, argv...)
}

func TestTenThousandTasksCostOneSbatch(t *testing.T) {
	t.Parallel()
	d := open(t, account(slurm(t), "dee"))
	calls := &counted{machine: d.machine, calls: map[string]int{}}
	d.machine = calls
	// The cluster has two GPUs: one task runs, the others wait.
	job := scheduler.Job{Command: "sleep", Args: []string{"1000"}, Array: &scheduler.Array{Count: 10_000}, Resources: scheduler.Resources{GPUs: 2}}
	ref := submit(t, d, job)
	if calls.calls["sbatch"] != 1 || calls.calls["squeue"] != 0 {
		t.Errorf("commands: %v, want one sbatch and no question", calls.calls)
	}
	statuses, tasks := 0, 0
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		statuses++
		tasks += s.Count
		return nil
	})
	if err != nil || tasks != 10_000 || statuses > 2 || calls.calls["squeue"] != 1 {
		t.Errorf("%d statuses of %d tasks after %d squeue, %v", statuses, tasks, calls.calls["squeue"], err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	awaitState(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

func TestMoreTasksThanTheClusterTakes(t *testing.T) {
	t.Parallel()
	d := ben(t)
	_, err := d.Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true", Array: &scheduler.Array{Count: 30_000}})
	if !final(err) || !strings.Contains(err.Error(), "MaxArraySize") {
		t.Errorf("%v", err)
	}
}

// marking is a job that notes each time it runs.
func marking(token string) scheduler.Job {
	return scheduler.Job{Token: token, Command: "sh", Args: []string{"-c", `echo ran >>"$HOME/ran-$OCEANID_JOB_TOKEN"`}}
}

func ran(t *testing.T, token string) int {
	t.Helper()
	out, err := slurm(t).Run(t.Context(), "ben", "cat", "ran-"+token)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(out), "ran")
}

func TestManySubmittersMakeOneJob(t *testing.T) {
	t.Parallel()
	drivers := []*driver{ben(t), ben(t), ben(t)}
	job := marking(newToken())
	ids := make([]scheduler.ID, 12)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			var err error
			if ids[i], err = drivers[i%3].Submit(t.Context(), job); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("identifiers: %q", ids)
		}
	}
	ref := scheduler.Ref{ID: ids[0], Token: job.Token, Tasks: 1}
	awaitState(t, drivers[0], ref, "succeeded", in(scheduler.Succeeded))
	awaitNothing(t, drivers[0], job.Token)
	if n := ran(t, job.Token); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}

// awaitNothing waits until Slurm has nothing of the token that could still run.
func awaitNothing(t *testing.T, d *driver, token string) {
	t.Helper()
	for {
		queue, err := d.queue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, e := range queue[token] {
			if !said(e, false).State.Terminal() {
				left++
			}
		}
		if left == 0 {
			return
		}
	}
}

// A submitter that dies right after sbatch leaves a job at the cluster and nothing in the work folder.
func TestSubmitterThatDied(t *testing.T) {
	t.Parallel()
	die := func(t *testing.T, d *driver, job scheduler.Job, options ...string) (folder, string) {
		f, err := d.folderOf(t.Context(), job.Token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = d.begin(t.Context(), f, job.Token); err != nil {
			t.Fatal(err)
		}
		if err := d.stage(t.Context(), f, job); err != nil {
			t.Fatal(err)
		}
		number, err := d.sbatch(t.Context(), f, job, options...)
		if err != nil {
			t.Fatal(err)
		}
		return f, number
	}
	t.Run("its job runs, and is found by its token", func(t *testing.T) {
		t.Parallel()
		d, job := ben(t), marking(newToken())
		_, number := die(t, d, job)
		s := awaitState(t, d, scheduler.Ref{Token: job.Token, Tasks: 1}, "succeeded", in(scheduler.Succeeded))[0]
		if string(s.ID) != number {
			t.Errorf("told as %q, Slurm calls it %s", s.ID, number)
		}
	})
	t.Run("the next one takes its job over", func(t *testing.T) {
		t.Parallel()
		d, job := ben(t), marking(newToken())
		_, number := die(t, d, job)
		if id, err := d.Submit(t.Context(), job); err != nil || string(id) != number {
			t.Errorf("%q, %v; it was there as %s", id, err, number)
		}
	})
	t.Run("a job that comes through late never runs", func(t *testing.T) {
		t.Parallel()
		d, job := ben(t), marking(newToken())
		ref := submit(t, d, job)
		f, err := d.folderOf(t.Context(), job.Token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.sbatch(t.Context(), f, job); err != nil {
			t.Fatal(err)
		}
		awaitState(t, d, ref, "succeeded", in(scheduler.Succeeded))
		awaitNothing(t, d, job.Token)
		if n := ran(t, job.Token); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
	t.Run("its job is cancelled by its token", func(t *testing.T) {
		t.Parallel()
		d, job := ben(t), marking(newToken())
		die(t, d, job, "--hold")
		ref := scheduler.Ref{Token: job.Token, Tasks: 1}
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Fatal(err)
		}
		awaitState(t, d, ref, "cancelled", in(scheduler.Cancelled))
	})
}
