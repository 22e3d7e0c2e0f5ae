package web

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// fake is a host in memory that a test changes, and that counts what is asked of it.
type fake struct {
	mu      sync.Mutex
	known   []schedulerInfo
	kept    []*host.Job
	each    map[string][]host.Task
	output  map[scheduler.LogStream]string
	trouble error // of everything but logs
	noLogs  error
	asked   map[string]int
}

func (f *fake) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// ask counts a question and tells what is the matter.
func (f *fake) ask(what string) error {
	if f.asked == nil {
		f.asked = map[string]int{}
	}
	f.asked[what]++
	return f.trouble
}

func (f *fake) schedulers(context.Context) ([]schedulerInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known, f.ask("schedulers")
}

func (f *fake) drivers() []host.Driver { return []host.Driver{{Name: "condor", State: "ready"}} }

func (f *fake) jobs(_ context.Context, q host.JobQuery) ([]*host.Job, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.ask("jobs")
	var some []*host.Job
	for _, j := range f.kept {
		switch {
		case len(q.States) > 0 && !slices.Contains(q.States, j.State), q.Scheduler != "" && q.Scheduler != j.Scheduler, q.User != "" && q.User != j.User:
			continue
		}
		if len(some) == q.Limit {
			return some, "cursor", err
		}
		again := *j
		some = append(some, &again)
	}
	return some, "", err
}

func (f *fake) job(_ context.Context, id string) (*host.Job, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.ask("job"); err != nil {
		return nil, err
	}
	for _, j := range f.kept {
		if j.ID == id {
			again := *j
			return &again, nil
		}
	}
	return nil, fault.NotFound.New("there is no job %q", id)
}

func (f *fake) tasks(_ context.Context, j *host.Job, first, count int) ([]host.Task, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.each[j.ID]
	if all == nil {
		for i := range j.Tasks {
			all = append(all, host.Task{Index: i, State: j.State})
		}
	}
	return all[first:min(first+count, len(all))], f.ask("tasks")
}

func (f *fake) logs(_ context.Context, _ *host.Job, o scheduler.LogOptions, w io.Writer) error {
	f.mu.Lock()
	text, err := f.output[o.Stream], f.noLogs
	f.ask("logs")
	f.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text[min(int(o.Offset), len(text)):])
	return err
}

// someJob is one that runs, an array of twelve.
func someJob(id string) *host.Job {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	return &host.Job{
		ID: id, Scheduler: "Default", Type: "condor", Name: "flood", User: "ada", State: scheduler.Running, Tasks: 12,
		Counts: map[scheduler.State]int{scheduler.Queued: 4, scheduler.Running: 2, scheduler.Succeeded: 5, scheduler.Failed: 1},
		PoolID: "17", Created: at, Submitted: at.Add(time.Second), Started: at.Add(3 * time.Second),
		Spec: scheduler.Job{Name: "flood", Command: "./model", Args: []string{"--title", "a b"}, Env: map[string]string{"API_KEY": "tiptop-secret"},
			Inputs:  []scheduler.Input{{Name: "storm.csv", Path: "/home/ada/storm.csv", Size: 4000}, {Name: "note", Data: []byte("tiptop-secret")}},
			Outputs: []string{"hydrograph.csv"}, Array: &scheduler.Array{Count: 12}},
	}
}

// someTasks go with someJob: task 7 has failed.
func someTasks() (all []host.Task) {
	for i := range 12 {
		t := host.Task{Index: i, State: scheduler.Queued}
		switch {
		case i == 7:
			t = host.Task{Index: i, State: scheduler.Failed, Reason: "the program ended with exit code 3", Exit: &scheduler.Exit{Code: 3}, Node: "node-2"}
		case i < 6:
			t.State = scheduler.Succeeded
		case i < 9:
			t.State = scheduler.Running
		}
		all = append(all, t)
	}
	return all
}

var _ source = (*fake)(nil)

func (f *fake) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[what]
}

var errStore = fault.Unavailable.New("dial redis.internal:6379: %w", fmt.Errorf("connection refused"))
