package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// secretVariable is in the environment of the tests' drivers and must be in that of no keeper and no task.
const secretVariable = "OCEANID_TEST_SECRET"

// TestMain lets the test binary be a keeper, a driver in a process of its own, and a task's program.
func TestMain(m *testing.M) {
	if code, ok := asKeeper(os.Args[1:]); ok {
		// os.Exit would wait for a second under the race detector; what it has found is in the keeper's log.
		syscall.Exit(code)
	}
	drivertest.Main(plugin())
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "dump":
			dump(os.Stdout)
			os.Exit(0)
		case "driver":
			os.Exit(driverProcess(os.Args[2:]))
		}
	}
	os.Setenv(secretVariable, "not for tasks")
	os.Exit(m.Run())
}

// dump writes the arguments after "dump" and the environment, each with a NUL.
func dump(w io.Writer) {
	for _, s := range append(os.Args[2:], os.Environ()...) {
		fmt.Fprintf(w, "%s\x00", s)
	}
}

const patience = 60 * time.Second

// pool is a folder with a driver for a test. When the test ends, nothing of it runs any more.
type pool struct {
	*driver
	t testing.TB
}

func newPool(t testing.TB, slots int) *pool {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pool")
	p := openPool(t, dir, slots)
	t.Cleanup(func() { endPool(t, dir) })
	return p
}

// openPool opens the folder with one more driver.
func openPool(t testing.TB, dir string, slots int) *pool {
	t.Helper()
	s := settings{Slots: slots, Grace: time.Second, Linger: 20 * time.Millisecond}
	d, err := newDriver(t.Context(), dir, s, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return &pool{driver: d, t: t}
}

// endPool cancels what has not ended, and waits until the keeper has gone and all processes of all jobs with it.
func endPool(t testing.TB, dir string) {
	f, err := openFolder(dir)
	if err != nil {
		t.Error(err)
		return
	}
	d := &driver{folder: f, log: slog.New(slog.DiscardHandler), starting: make(chan struct{}, 1)}
	entries, err := os.ReadDir(f.job(""))
	if err != nil {
		t.Error(err)
	}
	var refs []scheduler.Ref
	for _, e := range entries {
		refs = append(refs, scheduler.Ref{ID: scheduler.ID(e.Name())})
	}
	if err := d.Cancel(context.Background(), refs); err != nil {
		t.Error(err)
	}
	eventually(t, "the keeper to end", func() bool {
		kept, err := locked(f.lock())
		return err == nil && !kept
	})
	for _, ref := range refs {
		if left := marked([]string{scheduler.EnvToken + "=" + string(ref.ID)}); len(left) > 0 {
			t.Errorf("processes of job %s are left: %v", ref.ID, left)
		}
	}
	log, err := os.ReadFile(f.log())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if t.Failed() || regexp.MustCompile(`level=ERROR|panic|DATA RACE`).Match(log) {
		t.Errorf("log of the keeper:\n%s", log)
	}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

var tokens atomic.Int64

func newToken() string { return fmt.Sprintf("t-%d-%d", os.Getpid(), tokens.Add(1)) }

// shell is a job that runs a script.
func shell(script string, args ...string) scheduler.Job {
	return scheduler.Job{Token: newToken(), Command: "sh", Args: append([]string{"-c", script, "sh"}, args...)}
}

func array(job scheduler.Job, count int) scheduler.Job {
	job.Array = &scheduler.Array{Count: count}
	return job
}

func refOf(job scheduler.Job) scheduler.Ref {
	return scheduler.Ref{ID: scheduler.ID(job.Token), Token: job.Token, Tasks: job.Tasks()}
}

// submit uploads what the job's inputs hold and submits it.
func (p *pool) submit(job scheduler.Job) scheduler.Ref {
	p.t.Helper()
	for i, in := range job.Inputs {
		job.Inputs[i].Size = int64(len(in.Data))
		if err := p.Upload(p.t.Context(), job.Token, job.Inputs[i], strings.NewReader(string(in.Data))); err != nil {
			p.t.Fatal(err)
		}
	}
	id, err := p.Submit(p.t.Context(), job)
	if err != nil {
		p.t.Fatal(err)
	}
	if id == "" {
		p.t.Fatal("submitted without an identifier")
	}
	ref := refOf(job)
	ref.ID = id
	return ref
}

var errEnough = errors.New("enough")

// wait watches until all tasks of the job have ended, and returns what was told of each in the end.
func (p *pool) wait(ref scheduler.Ref) []scheduler.Status {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), patience)
	defer stop()
	last := make([]scheduler.Status, ref.Tasks)
	left := ref.Tasks
	err := p.Watch(ctx, "", func(e scheduler.Event) error {
		if e.Status.Token != ref.Token {
			return nil
		}
		for i := e.Status.Task; i < e.Status.Task+e.Status.Count; i++ {
			was := last[i].State
			if was.Terminal() && e.Status.State != was {
				p.t.Errorf("task %d of %s was %s and is %s", i, ref.ID, was, e.Status.State)
			}
			if last[i] = e.Status; !was.Terminal() && e.Status.State.Terminal() {
				left--
			}
		}
		if left == 0 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		p.t.Fatalf("job %s: %d of %d tasks have not ended: %v", ref.ID, left, ref.Tasks, err)
	}
	return last
}

// run submits the job, waits for its end and returns that of its first task.
func (p *pool) run(job scheduler.Job) scheduler.Status {
	p.t.Helper()
	return p.wait(p.submit(job))[0]
}

// query is what Query says of the job.
func (p *pool) query(ref scheduler.Ref) []scheduler.Status {
	p.t.Helper()
	var all []scheduler.Status
	err := p.Query(p.t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		all = append(all, s)
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// count counts the tasks of the job by state, as Query tells them.
func (p *pool) count(ref scheduler.Ref) map[scheduler.State]int {
	p.t.Helper()
	counts := make(map[scheduler.State]int)
	for _, s := range p.query(ref) {
		counts[s.State] += s.Count
	}
	return counts
}

// output is what the task wrote to its standard output.
func (p *pool) output(ref scheduler.Ref, task int) string {
	p.t.Helper()
	var out strings.Builder
	if err := p.Logs(p.t.Context(), ref, scheduler.LogOptions{Task: task}, &out); err != nil {
		p.t.Fatal(err)
	}
	return out.String()
}

// open makes the file that tasks wait for.
func open(t *testing.T, gate string) {
	t.Helper()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
