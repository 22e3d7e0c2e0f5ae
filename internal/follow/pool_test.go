package follow

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pool is a computing pool and its driver, which fails as its test says. It keeps a driver's promises about tokens and cursors, and no other.
type pool struct {
	// fault is asked before each verb acts, and after it has: an error is answered in place of what the verb did.
	fault func(ctx context.Context, verb string, after bool) error
	can   []string
	watch bool

	mu     sync.Mutex
	jobs   map[string]*atPool // by token
	made   int                // jobs that were ever made
	log    []scheduler.Event
	more   chan struct{} // closed when the log has grown
	calls  map[string]int
	sizes  []int // of the batches that were handed over
	upload []string
}

// atPool is one job at the pool, by what it says about its tasks.
type atPool struct {
	found scheduler.Found
	news  []scheduler.Status
}

func newPool(can ...string) *pool {
	return &pool{can: can, watch: true, jobs: map[string]*atPool{}, calls: map[string]int{}, more: make(chan struct{})}
}

// step counts a verb and lets it fail.
func (p *pool) step(ctx context.Context, verb string, after bool) error {
	p.mu.Lock()
	if !after {
		p.calls[verb]++
	}
	fails := p.fault
	p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if fails == nil {
		return nil
	}
	return fails(ctx, verb, after)
}

func (p *pool) called(verb string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[verb]
}

func (p *pool) take(job scheduler.Job, w *scheduler.Workflow) scheduler.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	token, tasks := job.Token, job.Tasks()
	if w != nil {
		token, tasks = w.Token, w.Tasks()
	}
	if at := p.jobs[token]; at != nil {
		return at.found.Ref.ID
	}
	p.made++
	id := scheduler.ID(strconv.Itoa(p.made))
	p.jobs[token] = &atPool{
		found: scheduler.Found{Ref: scheduler.Ref{ID: id, Token: token, Tasks: tasks}, Job: job, Workflow: w, Submitted: time.Now()},
		news:  []scheduler.Status{{ID: id, Token: token, Count: tasks, State: scheduler.Queued}},
	}
	return id
}

// say makes the pool tell news about a job, and answer so from now on.
func (p *pool) say(token string, task, count int, state scheduler.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.jobs[token]
	s := scheduler.Status{ID: at.found.Ref.ID, Token: token, Task: task, Count: count, State: state, Reason: "said so"}
	at.news = append(at.news, s)
	p.tell(s, "")
}

// tell appends to the log; p.mu is held.
func (p *pool) tell(s scheduler.Status, reset string) {
	p.log = append(p.log, scheduler.Event{Status: s, Reset: reset, Cursor: scheduler.Cursor(strconv.Itoa(len(p.log) + 1))})
	close(p.more)
	p.more = make(chan struct{})
}

func (p *pool) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	if err := p.step(ctx, "submit", false); err != nil {
		return "", err
	}
	return p.take(job, nil), p.step(ctx, "submit", true)
}

func (p *pool) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	if err := p.step(ctx, "workflow", false); err != nil {
		return "", err
	}
	return p.take(scheduler.Job{}, &w), p.step(ctx, "workflow", true)
}

func (p *pool) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	if err := p.step(ctx, "batch", false); err != nil {
		return err
	}
	p.mu.Lock()
	p.sizes = append(p.sizes, len(jobs))
	p.mu.Unlock()
	for _, job := range slices.Backward(jobs) {
		if strings.HasPrefix(job.Command, "refused") {
			if err := yield(scheduler.Submitted{Token: job.Token, Err: fault.Invalid.New("command: it is refused")}); err != nil {
				return err
			}
			continue
		}
		id := p.take(job, nil)
		if err := p.step(ctx, "answer", true); err != nil {
			return err
		}
		if err := yield(scheduler.Submitted{Token: job.Token, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if err := p.step(ctx, "query", false); err != nil {
		return err
	}
	p.mu.Lock()
	var said []scheduler.Status
	for _, r := range q.Jobs {
		at := p.jobs[r.Token]
		if at == nil {
			said = append(said, scheduler.Status{Token: r.Token, Count: r.Tasks, State: scheduler.Lost, Reason: "no such job"})
			continue
		}
		last := make([]scheduler.Status, r.Tasks)
		for _, s := range at.news {
			for task := s.Task; task < s.Task+max(s.Count, 1); task++ {
				last[task] = s
				last[task].Task, last[task].Count = task, 1
			}
		}
		said = append(said, last...)
	}
	p.mu.Unlock()
	for _, s := range said {
		if err := yield(s); err != nil {
			return err
		}
	}
	return p.step(ctx, "query", true)
}

func (p *pool) Cancel(ctx context.Context, refs []scheduler.Ref) error {
	if err := p.step(ctx, "cancel", false); err != nil {
		return err
	}
	for _, r := range refs {
		p.mu.Lock()
		at := p.jobs[r.Token]
		p.mu.Unlock()
		if at != nil {
			p.say(r.Token, 0, r.Tasks, scheduler.Cancelled)
		}
	}
	return p.step(ctx, "cancel", true)
}

func (p *pool) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if err := p.step(ctx, "watch", false); err != nil {
		return err
	}
	next, _ := strconv.Atoi(string(from))
	for {
		p.mu.Lock()
		fresh, more := slices.Clone(p.log[min(next, len(p.log)):]), p.more
		p.mu.Unlock()
		for _, e := range fresh {
			if err := yield(e); err != nil {
				return err
			}
			if err := p.step(ctx, "event", true); err != nil {
				return err
			}
			next++
		}
		if len(fresh) > 0 {
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *pool) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	if err := p.step(ctx, "find", false); err != nil {
		return err
	}
	p.mu.Lock()
	var found []scheduler.Found
	for token, at := range p.jobs {
		if strings.HasPrefix(token, prefix) && !at.found.Submitted.Before(since) {
			found = append(found, at.found)
		}
	}
	p.mu.Unlock()
	for _, f := range found {
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) Upload(_ context.Context, token string, in scheduler.Input, _ func() (io.ReadCloser, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upload = append(p.upload, token+"/"+in.Name)
	return nil
}

func (p *pool) Remove(context.Context, []scheduler.Ref) error { return nil }
func (p *pool) Watches() bool                                 { return p.watch }
func (p *pool) Can(service string) bool                       { return slices.Contains(p.can, service) }
func (p *pool) Download(context.Context, scheduler.Ref, scheduler.FileQuery, func(scheduler.File, io.Reader) error) error {
	return nil
}

// process is what one portal process does about jobs: it submits and follows, until it is killed.
type process struct {
	submits *Submitter
	manager *Manager
	ctx     context.Context
	stop    context.CancelFunc
	pump    sync.WaitGroup
}

func begin(t testing.TB, s *store.Store, p *pool, name string, rules Rules) *process {
	t.Helper()
	pr := &process{}
	pr.ctx, pr.stop = context.WithCancel(context.Background())
	drivers := func(context.Context, string) (Driver, error) { return p, nil }
	pr.submits = NewSubmitter(s, drivers)
	pr.manager = &Manager{Store: s, Feed: feed.New(s), Submits: pr.submits, Drivers: drivers, Rules: func() Rules { return rules }, Owner: name, Log: hclog.NewNullLogger()}
	pr.pump.Go(func() {
		for uid := range s.Changes(pr.ctx) {
			pr.manager.Feed.Changed(pr.ctx, uid)
			pr.manager.Changed(pr.ctx, uid)
		}
	})
	t.Cleanup(pr.kill)
	return pr
}

// kill ends a process wherever it is; what it waits for fails.
func (pr *process) kill() {
	pr.stop()
	pr.pump.Wait()
	pr.manager.Wait()
}

// opened is a store with one scheduler.
func opened(t testing.TB) (*store.Store, store.Scheduler) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: "Default", Type: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	return s, sch
}

// wanted is an intent for a job, which its follower takes over soon when its owner dies.
func wanted(sch store.Scheduler, spec scheduler.Job) store.Creation {
	return store.Creation{Job: store.Job{SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: spec,
		Status: store.JobStatus{State: scheduler.Pending, Attempts: 1, RetryAt: time.Now().Add(300 * time.Millisecond)}}}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
