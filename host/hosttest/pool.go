package hosttest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Pool is a computing pool in memory that does what a test says. A job that comes to it is queued, and stays that until a cue moves it, or until
// [Pool.Play] lets jobs run by themselves. It outlives hosts and drivers, as a real pool does: a second host finds its jobs.
//
// A pool is safe for concurrent use, but its cues fail the test where they make no sense, and so belong into the test's own goroutine.
type Pool struct {
	t testing.TB

	mu      sync.Mutex
	changed *sync.Cond // anything below has
	jobs    map[string]*entry
	order   []*entry // as they came
	taken   int      // how many of them Next has given
	events  []event
	inputs  map[string]map[string][]byte // by token and name
	barred  map[string]bool              // tokens that were cancelled before their job came

	model       func(Task) Result
	refusals    []error
	unreachable bool
	delay       time.Duration
}

// entry is one job at the pool.
type entry struct {
	job   scheduler.Job       // of a workflow only what is the whole's
	flow  *scheduler.Workflow // nil: it is a job
	came  time.Time
	tasks []*task
}

// task is what the pool has of one task.
type task struct {
	status scheduler.Status
	logs   map[scheduler.LogStream][]byte
	files  map[string][]byte
}

// event is news, and when it may be told.
type event struct {
	status scheduler.Status
	due    time.Time
}

// NewPool makes a pool without jobs, for one test.
func NewPool(t testing.TB) *Pool {
	p := &Pool{t: t, jobs: map[string]*entry{}, inputs: map[string]map[string][]byte{}, barred: map[string]bool{}}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// add takes a job or workflow in, once; p.mu is held.
func (p *Pool) add(e *entry) {
	job, n := e.job, e.job.Tasks()
	if e.flow != nil {
		n = e.flow.Tasks()
	}
	e.came = time.Now()
	for i := range n {
		e.tasks = append(e.tasks, &task{
			status: scheduler.Status{ID: native(job.Token), Token: job.Token, Task: i},
			logs:   map[scheduler.LogStream][]byte{}, files: map[string][]byte{},
		})
	}
	p.jobs[job.Token] = e
	p.order = append(p.order, e)
	p.move(e, e.all(), scheduler.Status{State: scheduler.Queued})
}

// native is the pool's own name for a job.
func native(token string) scheduler.ID { return scheduler.ID("pool-" + token) }

func (e *entry) all() []int {
	all := make([]int, len(e.tasks))
	for i := range all {
		all[i] = i
	}
	return all
}

// living are the tasks that have not ended, of those named, or of all where none is.
func (e *entry) living(tasks []int) (living []int) {
	if len(tasks) == 0 {
		tasks = e.all()
	}
	for _, i := range tasks {
		if !e.tasks[i].status.State.Terminal() {
			living = append(living, i)
		}
	}
	return living
}

// move brings tasks into a state and tells it, neighbours together; p.mu is held.
func (p *Pool) move(e *entry, tasks []int, to scheduler.Status) {
	now := time.Now()
	if to.Time.IsZero() {
		to.Time = now
	}
	next := -1
	for _, i := range tasks {
		to.ID, to.Token, to.Task, to.Count = native(e.job.Token), e.job.Token, i, 1
		e.tasks[i].status = to
		if i == next {
			p.events[len(p.events)-1].status.Count++
		} else {
			p.events = append(p.events, event{to, now.Add(p.delay)})
		}
		next = i + 1
	}
	p.changed.Broadcast()
}

// await waits until ready tells so, and tells whether that came before ctx was done; p.mu is held.
func (p *Pool) await(ctx context.Context, ready func() bool) bool {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed.Broadcast()
	})
	defer stop()
	for !ready() {
		if ctx.Err() != nil {
			return false
		}
		p.changed.Wait()
	}
	return true
}

// enter begins a call of the driver: the pool takes its time, and answers nothing where it is out of reach.
func (p *Pool) enter(ctx context.Context) error {
	p.mu.Lock()
	delay := p.delay
	p.mu.Unlock()
	if err := pause(ctx, delay); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reachable()
}

// reachable is what is wrong with the pool as a whole; p.mu is held.
func (p *Pool) reachable() error {
	if p.unreachable {
		return fault.By(fault.Scheduler, fault.Unavailable.New("the pool cannot be reached"))
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
