package follow

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// chaos kills processes at random steps of their verbs, and loses answers.
type chaos struct {
	mu     sync.Mutex
	random *rand.Rand
	kill   context.CancelFunc // of the process that lives
	calm   bool
}

func (c *chaos) n(below int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(below)
}

// fault is a pool's: now and then the process dies there, or the call fails before or after it did what it does.
func (c *chaos) fault(_ context.Context, verb string, after bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calm {
		return nil
	}
	often := 12
	if verb == "event" {
		often = 60
	}
	switch c.random.IntN(often) {
	case 0:
		c.kill()
		return context.Canceled
	case 1:
		return fault.Unavailable.New("the connection broke in %s", verb)
	}
	return nil
}

// gossip makes a pool tell something about a job, true or not: steps forward, repeats, what was before, what contradicts, losses that are none.
func (c *chaos) gossip(p *pool, token string, tasks int) {
	task := c.n(tasks)
	count := 1 + c.n(tasks-task)
	switch c.n(8) {
	case 0:
		p.say(token, task, count, scheduler.Lost)
	case 1, 2:
		p.mu.Lock()
		if n := len(p.log); n > 0 {
			c.mu.Lock()
			again := p.log[c.random.IntN(n)].Status
			c.mu.Unlock()
			p.tell(again, "")
		}
		p.mu.Unlock()
	case 3:
		p.mu.Lock()
		p.tell(scheduler.Status{}, "the log was rotated away")
		p.mu.Unlock()
	default:
		states := []scheduler.State{scheduler.Queued, scheduler.Running, scheduler.Held, scheduler.Suspended, scheduler.Running, scheduler.Succeeded, scheduler.Failed}
		p.say(token, task, count, states[c.n(len(states))])
	}
}

// Whatever a pool says, in whatever order, and whoever dies at whatever step: each wish is one job at the pool, each job has one end, told once, and the counts
// are those of its tasks.
func TestModel(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2, uint64(time.Now().UnixNano())} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			c := &chaos{random: rand.New(rand.NewPCG(seed, 7))}
			p := newPool(call.Batches, call.Finds)
			p.fault = c.fault
			ids := live(t, s, sch, p, c)
			c.mu.Lock()
			c.calm = true
			c.mu.Unlock()
			last := begin(t, s, p, "the last one", Rules{LostAfter: time.Hour})
			eventually(t, "all jobs to be at the pool", func() bool { return len(tokens(p)) == len(ids) })
			for id, tasks := range ids {
				p.say(id, 0, tasks, scheduler.Failed)
			}
			eventually(t, "all ends", func() bool {
				n, err := s.ActiveCount(t.Context(), []string{sch.UID})
				return err == nil && n[sch.UID] == 0
			})
			// What comes too late comes to nothing.
			for id, tasks := range ids {
				c.gossip(p, id, tasks)
			}
			last.kill()
			judge(t, s, sch.UID, p, ids)
		})
	}
}

func tokens(p *pool) map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]bool{}
	for token := range p.jobs {
		all[token] = true
	}
	return all
}

// live lets processes live and die while jobs are submitted and the pool talks. It gives the jobs and how many tasks each has.
func live(t *testing.T, s *store.Store, sch store.Scheduler, p *pool, c *chaos) map[string]int {
	var mu sync.Mutex
	ids := map[string]int{}
	for round := range 6 {
		pr := begin(t, s, p, fmt.Sprint("process ", round), Rules{LostAfter: time.Hour})
		c.mu.Lock()
		c.kill = pr.stop
		c.mu.Unlock()
		var wishes sync.WaitGroup
		for wish := range 6 {
			wishes.Go(func() {
				spec := scheduler.Job{Command: "x", Key: fmt.Sprint("wish ", wish%4+3*round)}
				if n := wish % 3; n > 0 {
					spec.Array = &scheduler.Array{Count: 1 + n}
				}
				spec.Name = fmt.Sprint(spec.Tasks())
				spec.Key += spec.Name
				job, made, err := pr.submits.Create(pr.ctx, wanted(sch, spec))
				if err != nil {
					return // it may be there all the same
				}
				mu.Lock()
				ids[job.ID] = spec.Tasks()
				mu.Unlock()
				if made {
					pr.submits.Submit(pr.ctx, job)
				}
			})
		}
		for range 40 {
			mu.Lock()
			some := maps.Clone(ids)
			mu.Unlock()
			at := tokens(p)
			for id, tasks := range some {
				if at[id] && c.n(4) == 0 {
					c.gossip(p, id, tasks)
				}
			}
			if pr.ctx.Err() != nil {
				break
			}
			time.Sleep(time.Duration(c.n(20)) * time.Millisecond)
		}
		pr.stop()
		wishes.Wait()
		pr.kill()
	}
	// What was created and not answered is a job as well.
	for after := ""; ; {
		jobs, err := s.Active(t.Context(), sch.UID, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			ids[j.ID], after = j.Tasks, j.ID
		}
		if len(jobs) < 100 {
			return ids
		}
	}
}

// judge looks at everything that was told about the jobs, and at what is kept of them.
func judge(t *testing.T, s *store.Store, uid string, p *pool, ids map[string]int) {
	t.Helper()
	if p.made != len(ids) {
		t.Errorf("%d jobs, %d at the pool", len(ids), p.made)
	}
	ends, revision := map[string]int{}, map[string]int64{}
	for after := store.EventID(0); ; {
		events, err := s.Events(t.Context(), uid, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			after = e.ID
			if ends[e.Job] > 0 {
				t.Errorf("job %s: %s was told after its end", e.Job, e.State)
			}
			if e.Revision <= revision[e.Job] {
				t.Errorf("job %s: revision %d was told after %d", e.Job, e.Revision, revision[e.Job])
			}
			revision[e.Job] = e.Revision
			if e.State.Terminal() {
				ends[e.Job]++
			}
		}
		if len(events) < 1000 {
			break
		}
	}
	for id, tasks := range ids {
		job := read1(t, s, id)
		states, _, err := s.TaskStates(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if ends[id] != 1 || !job.Status.State.Terminal() {
			t.Errorf("job %s is %s; %d ends were told", id, job.Status.State, ends[id])
		}
		if !maps.Equal(states.Counts(), job.Status.Counts) || len(states) != tasks || job.Status.State != whole(job.Status.Counts, tasks) {
			t.Errorf("job %s of %d tasks counts %v as %s, they are %v", id, tasks, job.Status.Counts, job.Status.State, states.Counts())
		}
		if p.jobs[id] == nil || p.jobs[id].found.Ref.ID != job.Status.Native || len(job.Status.Notes) > mostNotes {
			t.Errorf("job %s is %q at the pool, with %d notes", id, job.Status.Native, len(job.Status.Notes))
		}
	}
}
