package follow

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// What goes into one batch at most. The bytes are counted roughly, and leave room under the largest message.
const (
	mostJobs  = 500
	mostBytes = 6 << 20
)

// group commits together what arrives together: what comes while a batch is under way goes into the next one, and a lone one goes at once. It is safe for
// concurrent use.
type group[In, Out any] struct {
	// run does a batch, and answers each of it once, by its place. Its ctx ends when nobody waits for any of it any more.
	run func(ctx context.Context, batch []In, answer func(place int, out Out))
	// size is about how many bytes one is.
	size func(In) int
	crew *crew
	// gather is how long at most the next batch waits for all who waited when the last one was answered and for as many as that one had: those who are answered
	// together come again together. It waits a quarter of the time that the last one took at most, and not after a lone one. 0: it never waits.
	gather time.Duration

	mu      sync.Mutex
	waiting []*member[In, Out]
	busy    bool
	// came is told of each who arrives, while there is one who listens.
	came chan struct{}
}

// member is one who waits in a group.
type member[In, Out any] struct {
	ctx context.Context
	in  In
	out chan Out // has room for one
}

// do waits until in was done in a batch. Whoever goes away before (ctx's error) leaves the others as they are; what was begun for him goes on with theirs.
func (g *group[In, Out]) do(ctx context.Context, in In) (out Out, err error) {
	m := &member[In, Out]{ctx: ctx, in: in, out: make(chan Out, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	if !g.busy {
		g.busy = true
		g.crew.start(g.work)
	} else if g.came != nil {
		select {
		case g.came <- struct{}{}:
		default: // it has not looked yet since the last one
		}
	}
	g.mu.Unlock()
	select {
	case out = <-m.out:
		return out, nil
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

func (g *group[In, Out]) work() {
	for batch := g.take(); len(batch) > 0; batch = g.take() {
		begun := time.Now()
		ctx, stop := together(batch)
		ins := make([]In, len(batch))
		for i, m := range batch {
			ins[i] = m.in
		}
		others := 0
		var first sync.Once
		g.run(ctx, ins, func(place int, out Out) {
			first.Do(func() { others = g.count() })
			select {
			case batch[place].out <- out:
			default: // answered already
			}
		})
		stop()
		if len(batch) > 1 {
			g.await(others+len(batch), min(g.gather, time.Since(begun)/4))
		}
	}
}

// count is how many wait.
func (g *group[In, Out]) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// await waits until n wait, but not for longer than limit.
func (g *group[In, Out]) await(n int, limit time.Duration) {
	if limit <= 0 {
		return
	}
	came := make(chan struct{}, 1)
	listen := func(c chan struct{}) (waiting int) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.came = c
		return len(g.waiting)
	}
	defer listen(nil)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for listen(came) < n {
		select {
		case <-came:
		case <-timer.C:
			return
		}
	}
}

// take gives the next batch, without those who went away; nil: nobody waits, and the work ends.
func (g *group[In, Out]) take() (batch []*member[In, Out]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	bytes := 0
	for len(g.waiting) > 0 && len(batch) < mostJobs {
		m := g.waiting[0]
		if m.ctx.Err() == nil {
			if bytes += g.size(m.in); bytes > mostBytes && len(batch) > 0 {
				break
			}
			batch = append(batch, m)
		}
		g.waiting = g.waiting[1:]
	}
	g.busy = len(batch) > 0
	return batch
}

// together gives the context of a batch, which ends when those of all its members have.
func together[In, Out any](batch []*member[In, Out]) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(batch[0].ctx))
	var left atomic.Int64
	left.Store(int64(len(batch)))
	stops := make([]func() bool, len(batch))
	for i, m := range batch {
		stops[i] = context.AfterFunc(m.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// crew are the goroutines of a Submitter. New ones may start while somebody waits for the end of all.
type crew struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when there is none any more; nil: nobody waits
}

func (c *crew) start(work func()) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	go func() {
		defer c.end()
		work()
	}()
}

func (c *crew) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// wait returns when there is none.
func (c *crew) wait() {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		return
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	<-idle
}
