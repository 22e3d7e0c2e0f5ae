package hosttest_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestExample is the test that Example shows.
func TestExample(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	id, err := press(t.Context(), h, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if job := pool.Next(); job.User != "ada" || job.Tasks() != 3 || job.Token != id {
		t.Errorf("submitted was %+v", job)
	}
	pool.Run(id)
	hosttest.WaitFor(t, h, id, scheduler.Running)
	pool.Leave(id, 0, "peak.txt", "412 m³/s\n")
	pool.Leave(id, 0, "core", "what no output was")
	pool.Succeed(id, 0, 1)
	pool.Hold(id, "no licence for the model", 2)
	job := hosttest.WaitFor(t, h, id, scheduler.Held)
	if text, err := tell(t.Context(), h, id); err != nil || text != "Your flood is held (2 of 3 done). task 2: no licence for the model" {
		t.Errorf("%q, %v", text, err)
	}
	files, err := job.Download(t.Context(), t.TempDir(), scheduler.FileQuery{})
	if err != nil || len(files) != 1 || files[0].Path != "peak.txt" || files[0].Task != 0 {
		t.Errorf("downloaded %v, %v", files, err)
	}
}

func submit(t *testing.T, h *host.Host, job scheduler.Job) *host.Job {
	t.Helper()
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	if job.Command == "" {
		job.Command = "/opt/model/run"
	}
	j, err := s.Submit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	h := hosttest.New(t)
	j := submit(t, h, scheduler.Job{Array: &scheduler.Array{Count: 100}})
	if j = hosttest.WaitFor(t, h, j.ID, scheduler.Succeeded); j.Counts[scheduler.Succeeded] != 100 {
		t.Errorf("got %v", j.Counts)
	}
}

// Each cue is seen where a portal looks: in the job.
func TestCues(t *testing.T) {
	t.Parallel()
	three := 3
	for name, c := range map[string]struct {
		cue    func(*hosttest.Pool, string)
		state  scheduler.State
		reason string
		exit   *int
	}{
		"nothing":   {func(p *hosttest.Pool, id string) {}, scheduler.Queued, "", nil},
		"run":       {func(p *hosttest.Pool, id string) { p.Run(id) }, scheduler.Running, "", nil},
		"succeed":   {func(p *hosttest.Pool, id string) { p.Succeed(id) }, scheduler.Succeeded, "", new(int)},
		"fail":      {func(p *hosttest.Pool, id string) { p.Run(id); p.Fail(id, 3) }, scheduler.Failed, "exit code 3", &three},
		"hold":      {func(p *hosttest.Pool, id string) { p.Hold(id, "no disk") }, scheduler.Held, "no disk", nil},
		"lose":      {func(p *hosttest.Pool, id string) { p.Lose(id) }, scheduler.Lost, "the pool does not know it any more", nil},
		"and queue": {func(p *hosttest.Pool, id string) { p.Hold(id, "no disk"); p.Queue(id); p.Run(id) }, scheduler.Running, "", nil},
		"tell": {func(p *hosttest.Pool, id string) {
			p.Tell(id, scheduler.Status{State: scheduler.Suspended, Reason: "preempted"})
		}, scheduler.Suspended, "preempted", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := hosttest.NewPool(t)
			h := hosttest.New(t, hosttest.WithPool(pool))
			j := submit(t, h, scheduler.Job{})
			c.cue(pool, j.ID)
			j = hosttest.WaitFor(t, h, j.ID, c.state)
			if j.Reason != c.reason || (j.Exit == nil) != (c.exit == nil) || c.exit != nil && j.Exit.Code != *c.exit {
				t.Errorf("reason %q, exit %+v", j.Reason, j.Exit)
			}
		})
	}
}

func TestTasksOfAnArray(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	j := submit(t, h, scheduler.Job{Array: &scheduler.Array{Count: 5}})
	pool.Run(j.ID, 0, 1, 3)
	pool.Succeed(j.ID, 0)
	pool.Fail(j.ID, 7, 3)
	pool.Lose(j.ID, 4)
	pool.Succeed(j.ID)
	j = hosttest.WaitFor(t, h, j.ID, scheduler.Failed)
	want := map[scheduler.State]int{scheduler.Succeeded: 3, scheduler.Failed: 1, scheduler.Lost: 1}
	if diff := cmp.Diff(want, j.Counts); diff != "" {
		t.Error(diff)
	}
	tasks, err := j.ListTasks(t.Context(), 3, 1)
	if err != nil || len(tasks) != 1 || tasks[0].Exit == nil || tasks[0].Exit.Code != 7 {
		t.Errorf("task 3 is %+v, %v", tasks, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	pool.RefuseNext(fault.Denied.New("no account"), fault.Unavailable.New("down for maintenance"))
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), scheduler.Job{Command: "x"}); !errors.Is(err, fault.Denied) {
		t.Errorf("got %v", err)
	}
	if j := submit(t, h, scheduler.Job{}); j.State != scheduler.Pending {
		t.Errorf("the job that the pool did not take now is %s", j.State)
	}
	if again := pool.Next(); again.Command != "/opt/model/run" {
		t.Errorf("got %+v", again)
	}
}

// A pool that is out of reach is no failure of its jobs.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	j := submit(t, h, scheduler.Job{})
	pool.Unreachable(true)
	pool.Succeed(j.ID)
	s, err := h.GetScheduler(t.Context(), hosttest.Default)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Test(t.Context(), nil); !errors.Is(err, fault.Unavailable) {
		t.Errorf("the test of the scheduler: %v", err)
	}
	if late := submit(t, h, scheduler.Job{}); late.State != scheduler.Pending {
		t.Errorf("a job is %s without a pool", late.State)
	}
	if j, err = j.Get(t.Context()); err != nil || j.State.Terminal() {
		t.Errorf("an unreachable pool was heard: %s, %v", j.State, err)
	}
	pool.Unreachable(false)
	hosttest.WaitFor(t, h, j.ID, scheduler.Succeeded)
}

func TestPlay(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	pool.Play(func(task hosttest.Task) hosttest.Result {
		out := "read " + string(task.Inputs["storm.csv"]) + " for " + task.Args[0]
		return hosttest.Result{Exit: task.Index, Stdout: out, Stderr: "a warning", Outputs: map[string]string{"out/peak.txt": out, "other": ""}}
	})
	j := submit(t, h, scheduler.Job{
		Inputs: []scheduler.Input{{Name: "storm.csv", Data: []byte("rain")}}, Outputs: []string{"out"}, Array: &scheduler.Array{Count: 2, Args: [][]string{{"alpha"}, {"beta"}}},
	})
	j = hosttest.WaitFor(t, h, j.ID, scheduler.Failed)
	var log bytes.Buffer
	if err := j.Logs(t.Context(), scheduler.LogOptions{Task: 1, Follow: true}, &log); err != nil || log.String() != "read rain for beta" {
		t.Errorf("log %q, %v", log.String(), err)
	}
	dir := t.TempDir()
	if _, err := j.Download(t.Context(), dir, scheduler.FileQuery{Tasks: []int{0}}); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "0", "out", "peak.txt")); err != nil || string(text) != "read rain for alpha" {
		t.Errorf("got %q, %v", text, err)
	}
	if got := string(pool.Input(j.ID, "storm.csv")); got != "rain" || len(pool.Jobs()) != 1 {
		t.Errorf("the pool has %q and %d jobs", got, len(pool.Jobs()))
	}
}

// Whoever follows a log sees each line as it is written, until the task has ended.
func TestFollowedLog(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	j := submit(t, h, scheduler.Job{})
	pool.Run(j.ID)
	pool.Write(j.ID, 0, scheduler.Stdout, "one\n")
	seen, ended := make(writes, 10), make(chan error, 1)
	go func() { ended <- j.Logs(t.Context(), scheduler.LogOptions{Follow: true}, seen) }()
	for _, line := range []string{"one\n", "two\n"} {
		if got := <-seen; got != line {
			t.Errorf("got %q, want %q", got, line)
		}
		if line == "one\n" {
			pool.Write(j.ID, 0, scheduler.Stdout, "two\n")
		}
	}
	pool.Succeed(j.ID)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type writes chan string

func (w writes) Write(b []byte) (int, error) { w <- string(b); return len(b), nil }

func TestCancel(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	j := submit(t, h, scheduler.Job{Array: &scheduler.Array{Count: 2}})
	pool.Succeed(j.ID, 1)
	if err := j.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j = hosttest.WaitFor(t, h, j.ID, scheduler.Cancelled); j.Counts[scheduler.Succeeded] != 1 {
		t.Errorf("got %v", j.Counts)
	}
}

// failing is a test that has failed when its goroutine ends.
type failing struct {
	testing.TB
	said chan string
}

func (f failing) Fatalf(format string, args ...any) {
	f.said <- fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A cue that makes no sense is a mistake of the test, and says so.
func TestCuesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	f := failing{t, make(chan string, 1)}
	pool := hosttest.NewPool(f)
	h := hosttest.New(t, hosttest.WithPool(pool))
	j := submit(t, h, scheduler.Job{Array: &scheduler.Array{Count: 2}})
	pool.Succeed(j.ID, 0)
	for want, cue := range map[string]func(){
		"cannot become running: it has ended as succeeded": func() { pool.Run(j.ID, 1, 0) },
		"has tasks 0 to 1, not 2":                          func() { pool.Run(j.ID, 2) },
		`has no input "storm.csv"`:                         func() { pool.Input(j.ID, "storm.csv") },
	} {
		go cue()
		if said := <-f.said; !strings.Contains(said, want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}

// A slow pool hinders nobody who reads states, and what it has told once it will tell in time.
func TestDelay(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.WithPool(pool))
	const late = 200 * time.Millisecond
	pool.Delay(late)
	begun := time.Now()
	j := submit(t, h, scheduler.Job{})
	pool.Succeed(j.ID)
	hosttest.WaitFor(t, h, j.ID, scheduler.Succeeded)
	if took := time.Since(begun); took < late {
		t.Errorf("it took %v", took)
	}
}

// A portal that makes its own schedulers finds the pool under the name of a real one.
func TestInPlaceOfARealPool(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	h := hosttest.New(t, hosttest.With(pool.Driver("condor")), hosttest.WithConfig("scheduler \"condor\" \"filed\" {\n  host = \"pool.example.org\"\n}\n"))
	s, err := h.CreateCondorScheduler("made", "pool.example.org", host.CondorConfig{Username: "ada", Password: "opensesame", Port: 22, Timeout: time.Minute})
	if err == nil {
		err = s.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"filed", "made"} {
		s, err := h.GetScheduler(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Test(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if _, err := s.Submit(t.Context(), scheduler.Job{Command: "x", Name: name}); err != nil {
			t.Error(err)
		}
		if job := pool.Next(); job.Name != name {
			t.Errorf("got %+v", job)
		}
	}
}
