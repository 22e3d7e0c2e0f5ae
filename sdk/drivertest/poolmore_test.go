package drivertest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Wish is what a driver looks for among the pool's jobs.
type Wish struct {
	Prefix string
	Since  time.Time
}

// Look gives the jobs whose tokens begin with a prefix, and that came since a time.
func (s *poolService) Look(w Wish, found *[]scheduler.Found) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.order {
		if s.jobs[j.token] == j && strings.HasPrefix(j.token, w.Prefix) && !j.came.Before(w.Since) {
			ref := scheduler.Ref{ID: j.tasks[0].status.ID, Token: j.token, Tasks: len(j.tasks)}
			*found = append(*found, scheduler.Found{Ref: ref, Submitted: j.came})
		}
	}
	return nil
}

// Remove forgets jobs that have ended, or none of them.
func (s *poolService) Remove(tokens []string, busy *string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range tokens {
		if j := s.jobs[token]; j != nil && !j.ended() {
			*busy = token
			return nil
		}
	}
	for _, token := range tokens {
		if s.jobs[token] == nil {
			continue
		}
		delete(s.jobs, token)
		if err := os.RemoveAll(filepath.Join(s.dir, "jobs", token)); err != nil {
			return err
		}
	}
	return nil
}

func (j *poolJob) ended() bool {
	for _, t := range j.tasks {
		if !t.status.State.Terminal() {
			return false
		}
	}
	return true
}

// Suspend stops what runs.
func (s *poolService) Suspend(tokens []string, _ *struct{}) error {
	return s.signalled(tokens, scheduler.Running, scheduler.Suspended, syscall.SIGSTOP)
}

// Resume lets it go on.
func (s *poolService) Resume(tokens []string, _ *struct{}) error {
	return s.signalled(tokens, scheduler.Suspended, scheduler.Running, syscall.SIGCONT)
}

func (s *poolService) signalled(tokens []string, from, to scheduler.State, signal syscall.Signal) error {
	return s.each(tokens, func(j *poolJob) {
		for _, t := range j.tasks {
			if t.status.State == from && t.signal != nil {
				t.signal(signal)
				s.tell(t, to, "", nil)
			}
		}
	})
}

// Room is how many tasks may still begin.
func (s *poolService) Room(_ struct{}, free *int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	*free = s.free
	return nil
}

func (d *poolDriver) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	for _, job := range jobs {
		id, err := d.Submit(ctx, job)
		if err := yield(scheduler.Submitted{Token: job.Token, ID: id, Err: err}); err != nil {
			return err
		}
	}
	return nil
}

func (d *poolDriver) Suspend(ctx context.Context, refs []scheduler.Ref) error {
	return d.ask(ctx, "Suspend", tokens(refs), &struct{}{})
}

func (d *poolDriver) Resume(ctx context.Context, refs []scheduler.Ref) error {
	return d.ask(ctx, "Resume", tokens(refs), &struct{}{})
}

func (d *poolDriver) Remove(ctx context.Context, refs []scheduler.Ref) error {
	var busy string
	if err := d.ask(ctx, "Remove", tokens(refs), &busy); err != nil {
		return err
	}
	if busy != "" {
		return fault.Conflict.New("job %s has not ended", busy)
	}
	return nil
}

func (d *poolDriver) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	var found []scheduler.Found
	if err := d.ask(ctx, "Look", Wish{prefix, since}, &found); err != nil {
		return err
	}
	for _, f := range found {
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

func (d *poolDriver) Explain(ctx context.Context, ref scheduler.Ref, task int) (scheduler.Explanation, error) {
	now, err := d.known(ctx, ref)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	if task < 0 || task >= len(now) {
		return scheduler.Explanation{}, fault.NotFound.New("job %q has no task %d", ref.ID, task)
	}
	if now[task].State == scheduler.Queued {
		return scheduler.Explanation{Summary: "The task waits for its turn."}, nil
	}
	return scheduler.Explanation{Summary: "The task does not wait: it is " + string(now[task].State) + "."}, nil
}

func (d *poolDriver) Inspect(ctx context.Context) (scheduler.Pool, error) {
	var free int
	if err := d.ask(ctx, "Room", struct{}{}, &free); err != nil {
		return scheduler.Pool{}, err
	}
	node := scheduler.Capacity{CPUs: 10_000, CPUsUsed: float64(max(0, 10_000-free)), Memory: 1 << 30}
	return scheduler.Pool{
		Software: "pool", Version: "1", Count: 1, Sum: node, Nodes: []scheduler.PoolNode{{Name: "here", State: "up", Capacity: node}}, Time: time.Now(),
	}, nil
}
