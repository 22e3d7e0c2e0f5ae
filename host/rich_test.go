package host_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// rich is a driver of a pool that has all the optional verbs about jobs.
type rich struct {
	poolDriver
	seen *richSeen
}

// richSeen is what the verbs of a rich driver were asked for.
type richSeen struct {
	mu        sync.Mutex
	workflows map[string]scheduler.Workflow
	asked     []string // "hold TOKEN"
	refusal   error    // of Remove
}

func (s *richSeen) note(verb string, jobs []scheduler.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range jobs {
		s.asked = append(s.asked, verb+" "+j.Token)
	}
}

func (s *richSeen) was(asked string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.asked, asked)
}

func (s *richSeen) workflow(token string) scheduler.Workflow {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workflows[token]
}

func (s *richSeen) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = err
}

// rich makes a driver that has all verbs.
func (p *pool) rich(name string) (sdk.Plugin, *richSeen) {
	seen := &richSeen{workflows: map[string]scheduler.Workflow{}}
	return sdk.Scheduler(name, "1.0.0", func(_ context.Context, c poolConfig, _ sdk.Env) (*rich, error) {
		return &rich{poolDriver{*p.open(c)}, seen}, nil
	}), seen
}

func (d *rich) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	d.seen.mu.Lock()
	d.seen.workflows[w.Token] = w
	d.seen.mu.Unlock()
	return d.Submit(ctx, scheduler.Job{Token: w.Token, Name: w.Name})
}

func (d *rich) move(verb string, jobs []scheduler.Ref, to scheduler.Status) error {
	d.seen.note(verb, jobs)
	for _, j := range jobs {
		to.Token, to.Count = j.Token, j.Tasks
		d.pool.move(to)
	}
	return nil
}

func (d *rich) Hold(_ context.Context, jobs []scheduler.Ref) error {
	return d.move("hold", jobs, scheduler.Status{State: scheduler.Held, Reason: "held by request", Cause: scheduler.CauseUser})
}

func (d *rich) Release(_ context.Context, jobs []scheduler.Ref) error {
	return d.move("release", jobs, scheduler.Status{State: scheduler.Queued})
}

func (d *rich) Suspend(_ context.Context, jobs []scheduler.Ref) error {
	return d.move("suspend", jobs, scheduler.Status{State: scheduler.Suspended, Reason: "suspended by request"})
}

func (d *rich) Resume(_ context.Context, jobs []scheduler.Ref) error {
	return d.move("resume", jobs, scheduler.Status{State: scheduler.Running})
}

func (d *rich) Remove(_ context.Context, jobs []scheduler.Ref) error {
	d.seen.mu.Lock()
	refusal := d.seen.refusal
	d.seen.mu.Unlock()
	if refusal == nil {
		d.seen.note("remove", jobs)
	}
	return refusal
}

func (d *rich) Explain(_ context.Context, job scheduler.Ref, task int) (scheduler.Explanation, error) {
	return scheduler.Explanation{Summary: fmt.Sprintf("Task %d waits for a machine.", task), Points: []string{"all are busy"}}, nil
}

func (d *rich) Inspect(context.Context) (scheduler.Pool, error) {
	return scheduler.Pool{Name: "lab", Software: "Memory", Version: "1", Count: 1, Nodes: []scheduler.PoolNode{{Name: "node7", State: "idle"}}, Time: time.Now()}, nil
}

// richHost is a host with such a driver, and its scheduler.
func richHost(t *testing.T) (*host.Host, *host.Scheduler, *pool, *richSeen) {
	t.Helper()
	p := newPool()
	plugin, seen := p.rich("memory")
	h := open(t, t.TempDir(), drivers(plugin))
	return h, saved(t, h, "Default"), p, seen
}

// ended is a job that has been submitted and has ended.
func ended(t *testing.T, s *host.Scheduler, p *pool, spec scheduler.Job, to scheduler.Status) *host.Job {
	t.Helper()
	j := submit(t, s, spec)
	to.Token, to.Count = j.ID, j.Tasks
	p.move(to)
	return reach(t, j, to.State)
}

var errAway = fault.Unavailable.New("the pool is away")
