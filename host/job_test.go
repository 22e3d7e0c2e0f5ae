package host_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestJobLife(t *testing.T) {
	t.Parallel()
	for name, polled := range map[string]bool{"events": false, "polled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool()
			p.polled = polled
			h := open(t, t.TempDir(), drivers(p.plugin("memory")))
			input := filepath.Join(t.TempDir(), "storm.csv")
			write(t, input, "rain")
			j := submit(t, saved(t, h, "Default"), scheduler.Job{Name: "flood", User: "ada", Inputs: []scheduler.Input{{Path: input}, {Name: "d", Data: []byte("data")}}})
			if j.State != scheduler.Queued || j.PoolID != scheduler.ID("native-"+j.ID) || j.Name != "flood" || j.Submitted.IsZero() {
				t.Errorf("submitted as %+v", j)
			}
			if p.inputs[j.ID+"/storm.csv"] != "rain" || p.inputs[j.ID+"/d"] != "data" {
				t.Errorf("inputs at the pool: %v", p.inputs)
			}
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Running, Node: "node7"})
			if now := reach(t, j, scheduler.Running); now.Node != "node7" || now.Started.IsZero() {
				t.Errorf("running as %+v", now)
			}
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}})
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
			end, err := j.Wait(t.Context())
			if err != nil || end.State != scheduler.Failed || end.Reason != "exit code 3" || end.Exit.Code != 3 || end.Ended.IsZero() {
				t.Errorf("ended as %+v, %v", end, err)
			}
			if err := end.Cancel(t.Context()); err != nil {
				t.Errorf("cancel after the end: %v", err)
			}
		})
	}
}

func TestArray(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{Array: &scheduler.Array{Count: 5}})
	p.move(scheduler.Status{Token: j.ID, Count: 5, State: scheduler.Running})
	for i := range 5 {
		s := scheduler.Status{Token: j.ID, Task: i, State: scheduler.Succeeded, Exit: &scheduler.Exit{}}
		if i == 3 {
			s.State, s.Reason, s.Exit = scheduler.Failed, "killed", &scheduler.Exit{Signal: 9}
		}
		p.move(s)
	}
	end, err := j.Wait(t.Context())
	if err != nil || end.State != scheduler.Failed || end.Counts[scheduler.Succeeded] != 4 || end.Counts[scheduler.Failed] != 1 || end.Reason != "1 of 5 tasks failed; task 3: killed" {
		t.Errorf("ended as %+v, %v", end, err)
	}
	tasks, err := end.ListTasks(t.Context(), 2, 2)
	if err != nil || len(tasks) != 2 || tasks[1].State != scheduler.Failed || tasks[1].Reason != "killed" || tasks[1].Exit.Signal != 9 || tasks[0].State != scheduler.Succeeded {
		t.Errorf("tasks %+v, %v", tasks, err)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	if err := j.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if end, err := j.Wait(t.Context()); err != nil || end.State != scheduler.Cancelled || end.CancelRequested.IsZero() {
		t.Errorf("ended as %+v, %v", end, err)
	}
}

func TestRefusedByThePool(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.setTrouble(func(scheduler.Job) error { return fault.Invalid.New("no such queue") })
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	s := saved(t, h, "Default")
	if _, err := s.Submit(t.Context(), scheduler.Job{Command: "x"}); !errors.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{States: []scheduler.State{scheduler.Failed}})
	if err != nil || len(jobs) != 1 || !strings.Contains(jobs[0].Reason, "no such queue") {
		t.Errorf("the refused job is listed as %v, %v", jobs, err)
	}
	for name, job := range map[string]scheduler.Job{
		"no command":    {},
		"missing input": {Command: "x", Inputs: []scheduler.Input{{Path: "/does/not/exist"}}},
		"escape":        {Command: "x", Outputs: []string{"../x"}},
		"NUL":           {Command: "x", Args: []string{"a\x00b"}},
		"empty array":   {Command: "x", Array: &scheduler.Array{}},
	} {
		if _, err := s.Submit(t.Context(), job); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPoolAwayAtSubmit(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.setTrouble(func(scheduler.Job) error { return fault.Unavailable.New("no answer") })
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	if j.State != scheduler.Pending || !strings.Contains(j.Reason, "no answer") {
		t.Errorf("pending as %+v", j)
	}
	p.setTrouble(nil)
	reach(t, j, scheduler.Queued)
	if d := p.doubles(); d != nil {
		t.Errorf("submitted twice: %v", d)
	}
}

func TestCancelBeforeThePoolHasIt(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.setTrouble(func(scheduler.Job) error { return fault.Unavailable.New("no answer") })
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	if err := j.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if end := reach(t, j, scheduler.Cancelled); end.PoolID != "" {
		t.Errorf("ended as %+v", end)
	}
}

// The answer to a submission gets lost, in every way: the job is at the pool once.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	p, dir := newPool(), t.TempDir()
	reached := make(chan struct{})
	p.after = func(scheduler.Job) error { close(reached); select {} } // the driver hangs after it has submitted
	config := filepath.Join(dir, "config.hcl")
	write(t, config, "")
	ctx, cancel := context.WithCancel(t.Context())
	h := open(t, dir, host.Options{Config: config, Drivers: drivers(p.plugin("memory")).Drivers})
	s := saved(t, h, "Default")
	go func() { <-reached; cancel() }()
	j, err := s.Submit(ctx, scheduler.Job{Command: "x"})
	if err != nil || j.State != scheduler.Pending {
		t.Fatalf("%+v, %v", j, err)
	}
	p.mu.Lock()
	p.after = nil
	p.mu.Unlock()
	reach(t, j, scheduler.Queued) // the follower takes it over when the claim has run out
	if d := p.doubles(); d != nil {
		t.Errorf("submitted twice: %v", d)
	}
}

func TestLostAtThePool(t *testing.T) {
	t.Parallel()
	p, dir := newPool(), t.TempDir()
	config := filepath.Join(dir, "config.hcl")
	write(t, config, "jobs {\n  lost_after = \"1s\"\n}\n")
	o := host.Options{Config: config, Drivers: drivers(p.plugin("memory")).Drivers}
	h := open(t, dir, o)
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	clear(p.jobs)
	p.mu.Unlock()
	h = open(t, dir, o)
	j, err := h.GetJob(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	if end := reach(t, j, scheduler.Lost); end.Reason == "" {
		t.Errorf("lost without a reason: %+v", end)
	}
}

func TestWatchFromAnotherProcess(t *testing.T) {
	t.Parallel()
	p, dir := newPool(), t.TempDir()
	h := open(t, dir, drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	guest := open(t, dir, host.Options{Drivers: drivers(p.plugin("memory")).Drivers, NoFollow: true})
	seen, err := guest.GetJob(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	reach(t, seen, scheduler.Running)
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	if end, err := seen.Wait(t.Context()); err != nil || end.State != scheduler.Succeeded {
		t.Errorf("the guest saw %+v, %v", end, err)
	}
}

func TestEventsResume(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	s := saved(t, h, "Default")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	begun := make(chan struct{})
	var cursor string
	var first []scheduler.State
	done := make(chan error, 1)
	go func() {
		close(begun)
		for e, err := range h.Events(ctx, "") {
			if err != nil {
				done <- err
				return
			}
			cursor = e.Cursor
			if first = append(first, e.State); e.State == scheduler.Running {
				break
			}
		}
		done <- nil
	}()
	<-begun
	var j *host.Job
	// Events from now on may begin after the first submission: submit until one is heard.
	for heard := false; !heard; {
		j = submit(t, s, scheduler.Job{})
		p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			heard = true
		case <-time.After(200 * time.Millisecond):
		}
	}
	last := submit(t, s, scheduler.Job{})
	p.move(scheduler.Status{Token: last.ID, State: scheduler.Succeeded})
	var rest []scheduler.State
	for e, err := range h.Events(ctx, cursor) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Job == last.ID {
			if rest = append(rest, e.State); e.State.Terminal() {
				break
			}
		}
	}
	if diff := cmp.Diff([]scheduler.State{scheduler.Pending, scheduler.Queued, scheduler.Succeeded}, rest); diff != "" {
		t.Error(diff)
	}
	for _, err := range h.Events(ctx, "rubbish!") {
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	s := saved(t, h, "Default")
	j := submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 3}})
	dir := filepath.Join(t.TempDir(), "results")
	files, err := j.Download(t.Context(), dir, scheduler.FileQuery{})
	if err != nil || len(files) != 3 || files[2].SHA256 == "" {
		t.Fatalf("%v, %v", files, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "2/out/r.txt")); err != nil || string(b) != "result 2" {
		t.Errorf("%q, %v", b, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, host.Sums)); err != nil || strings.Count(string(b), "\n") != 3 || !strings.Contains(string(b), files[1].SHA256+"  1/out/r.txt\n") {
		t.Errorf("%q, %v", b, err)
	}
	files, err = submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 2}}).Download(t.Context(), dir, scheduler.FileQuery{})
	if !errors.Is(err, fault.Denied) || len(files) != 2 {
		t.Errorf("beside a link: %v, %v", files, err)
	}
	var log bytes.Buffer
	if err := j.Logs(t.Context(), scheduler.LogOptions{Task: 2, Stream: scheduler.Stderr}, &log); err != nil || log.String() != "stderr of task 2" {
		t.Errorf("%q, %v", log.String(), err)
	}
	if err := j.Logs(t.Context(), scheduler.LogOptions{Task: 3}, &log); !errors.Is(err, fault.NotFound) {
		t.Errorf("log of a task that is not there: %v", err)
	}
}

// A poisoned folder: a link where a result should go leads nowhere.
func TestResultsStayInTheFolder(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Download(t.Context(), dir, scheduler.FileQuery{}); err == nil {
		t.Error("a result was written through a link")
	}
	if left, _ := os.ReadDir(outside); len(left) != 0 {
		t.Errorf("outside there is %v", left)
	}
}

// A driver that quotes a secret, as none should, is not quoted.
func TestATestShowsNoSecret(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.polled = true
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	s, err := h.CreateScheduler("Default", "example.org", "memory", host.Config{"password": "short-c4n4ry"})
	if err != nil {
		t.Fatal(err)
	}
	for _, saved := range []bool{false, true} {
		if saved {
			if err := s.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Test(t.Context(), nil); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "too short") || strings.Contains(err.Error(), "c4n4ry") {
			t.Errorf("saved %v: %v", saved, err)
		}
	}
}

// A scheduler that is deleted ends nobody's events.
func TestEventsOutliveAScheduler(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	stay, begun := saved(t, h, "Stays"), make(chan struct{})
	first := submit(t, saved(t, h, "Default"), scheduler.Job{})
	p.move(scheduler.Status{Token: first.ID, State: scheduler.Succeeded})
	reach(t, first, scheduler.Succeeded)
	last := make(chan string, 1)
	go func() {
		defer close(last)
		for e, err := range h.Events(ctx, host.FromStart) {
			if err != nil {
				t.Error(err)
				return
			}
			if e.Job == first.ID && e.State.Terminal() {
				close(begun)
			}
			if e.Scheduler == "Stays" {
				last <- e.Job
				return
			}
		}
	}()
	<-begun
	s, err := h.GetScheduler(ctx, "Default")
	if err == nil {
		err = s.Delete(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if j := submit(t, stay, scheduler.Job{}); <-last != j.ID {
		t.Error("the other scheduler's job was not told")
	}
}
