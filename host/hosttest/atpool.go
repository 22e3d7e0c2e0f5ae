package hosttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// CheckOptions takes whatever a job's options are: a test finds them in the job that came.
func (d *driver) CheckOptions(map[string]any) error { return nil }

// SubmitBatch takes each job as Submit would.
func (d *driver) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	for _, job := range jobs {
		id, err := d.pool.submit(&entry{job: job})
		if err := yield(scheduler.Submitted{Token: job.Token, ID: id, Err: err}); err != nil {
			return err
		}
	}
	return nil
}

// Suspend stops what runs.
func (d *driver) Suspend(ctx context.Context, jobs []scheduler.Ref) error {
	return d.pool.request(ctx, jobs, func(e *entry) {
		d.pool.move(e, e.in(scheduler.Running), scheduler.Status{State: scheduler.Suspended, Reason: "suspended by request", Node: "node-1"})
	}, nil)
}

// Resume lets it go on.
func (d *driver) Resume(ctx context.Context, jobs []scheduler.Ref) error {
	return d.pool.request(ctx, jobs, func(e *entry) {
		d.pool.move(e, e.in(scheduler.Suspended), scheduler.Status{State: scheduler.Running, Node: "node-1"})
	}, nil)
}

// Remove forgets jobs that have ended; their tokens are used up.
func (d *driver) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	p := d.pool
	var living []error
	err := p.request(ctx, jobs, func(e *entry) {
		if len(e.living(nil)) > 0 {
			living = append(living, fault.Conflict.New("job %s has not ended", e.job.Token))
			return
		}
		delete(p.jobs, e.job.Token)
		maps.DeleteFunc(p.inputs, func(token string, _ map[string][]byte) bool {
			return token == e.job.Token || e.flow != nil && strings.HasPrefix(token, e.job.Token+"-")
		})
		p.barred[e.job.Token] = true
	}, nil)
	return errors.Join(append(living, err)...)
}

// Find tells which jobs there are.
func (d *driver) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	for _, f := range d.pool.found(prefix, since) {
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pool) found(prefix string, since time.Time) (all []scheduler.Found) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.order {
		token := e.job.Token
		if p.jobs[token] != e || !strings.HasPrefix(token, prefix) || e.came.Before(since) {
			continue
		}
		f := scheduler.Found{Ref: scheduler.Ref{ID: native(token), Token: token, Tasks: len(e.tasks)}, Workflow: e.flow, Submitted: e.came}
		if e.flow == nil {
			f.Job = e.job
		}
		all = append(all, f)
	}
	return all
}

// Explain says that the test decides.
func (d *driver) Explain(ctx context.Context, job scheduler.Ref, task int) (scheduler.Explanation, error) {
	p := d.pool
	if err := p.enter(ctx); err != nil {
		return scheduler.Explanation{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t, err := p.task(job, task)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	e := scheduler.Explanation{Summary: fmt.Sprintf("The task is %s.", t.status.State)}
	if t.status.State == scheduler.Queued {
		e = scheduler.Explanation{Summary: "The task waits for the test to let it run.", Advice: "Give the pool a cue, or let it play."}
	}
	if t.status.Reason != "" {
		e.Points = []string{t.status.Reason}
	}
	return e, nil
}

// cores is how many the pool's one node has.
const cores = 64

// Inspect shows a pool of one node.
func (d *driver) Inspect(ctx context.Context) (scheduler.Pool, error) {
	p := d.pool
	if err := p.enter(ctx); err != nil {
		return scheduler.Pool{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	states := map[scheduler.State]int{}
	for _, e := range p.jobs {
		for _, t := range e.tasks {
			states[t.status.State]++
		}
	}
	sum := scheduler.Capacity{CPUs: cores, CPUsUsed: float64(min(states[scheduler.Running], cores))}
	return scheduler.Pool{
		Name: "pool", Software: "hosttest", Version: "1.0.0", Sum: sum, Count: 1,
		Nodes: []scheduler.PoolNode{{Name: "node-1", State: "up", Capacity: sum}}, Jobs: states, Time: time.Now(),
	}, nil
}
