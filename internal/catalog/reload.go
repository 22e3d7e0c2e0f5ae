package catalog

import (
	"context"
	"slices"
	"sync"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Changes are what a reload did, by the names of drivers, each list in order. What is in none of them was left alone.
type Changes struct {
	// Added are new. They are started when they are needed.
	Added []string
	// Upgraded are there in another form: another executable, or another block. Those that ran were replaced without a call being cut, or go on where
	// only Idle or Restart is another.
	Upgraded []string
	// Removed are no more. They were drained and stopped.
	Removed []string
	// Kept go on as they were, for these reasons: what was to take their place is refused, or does not start, or cannot even be looked for. The next reload
	// tries again.
	Kept map[string]error
	// Refused do not run and cannot be used, for these reasons, be they new or old.
	Refused map[string]error
}

// reload is one look at the sources.
type reload struct {
	c       *Catalog
	mu      sync.Mutex
	changes Changes
}

// Reload looks again: at the Dirs, Blocks and Builtins of o, the rest of which stays as it was at Open. Drivers that are new are there when it returns
// (and when it has hardly begun), those that are gone have been drained and stopped, those whose block or executable is another have been replaced, and
// those that had failed are given a new chance; the processes of all others are not touched. It is not one step for all of them: one that cannot be
// replaced hinders no other, and is in [Changes.Kept]. One reload is made at a time. ctx bounds it: what is not done by then is kept, or ended by force.
// The error is that of a reload that was not even begun.
func (c *Catalog) Reload(ctx context.Context, o Options) (Changes, error) {
	select {
	case c.reloading <- struct{}{}:
		defer func() { <-c.reloading }()
	case <-ctx.Done():
		return Changes{}, fault.Of(ctx.Err()).New("reload of drivers: another one is under way: %w", context.Cause(ctx))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	closed := c.closed
	c.cancel = cancel
	c.mu.Unlock()
	if ctx.Err() != nil {
		return Changes{}, fault.Of(ctx.Err()).New("reload of drivers: %w", context.Cause(ctx))
	}
	if closed {
		return Changes{}, fault.By(fault.Host, fault.Unavailable.New("reload of drivers: the host is closing"))
	}
	r := &reload{c: c, changes: Changes{Kept: map[string]error{}, Refused: map[string]error{}}}
	was, now := c.candidates.Load(), c.collect(o)
	var work []func()
	for name, e := range now.byName {
		old := was.byName[name]
		if old == nil {
			e.supervisor = supervise.New(e.supervision())
			work = append(work, func() { r.added(e) })
			continue
		}
		// The old one stays until the new one has proven itself.
		now = now.with(old)
		work = append(work, func() { r.compare(ctx, old, e) })
	}
	for name, old := range was.byName {
		if err := now.unseen(old); err != nil {
			now = now.with(old)
			work = append(work, func() { r.stay(old, err) })
		} else if now.byName[name] == nil {
			work = append(work, func() { r.remove(ctx, old) })
		}
	}
	c.candidates.Store(now)
	var workers sync.WaitGroup
	for _, do := range work {
		workers.Go(do)
	}
	workers.Wait()
	for _, list := range [][]string{r.changes.Added, r.changes.Upgraded, r.changes.Removed} {
		slices.Sort(list)
	}
	return r.changes, nil
}

// added looks at a driver that was not there before.
func (r *reload) added(e *entry) {
	if _, _, err := e.inspect(); err != nil {
		r.refused(e, err)
		return
	}
	r.note(e.name, func(c *Changes) { c.Added = append(c.Added, e.name) })
}

// remove ends a driver that is no longer there.
func (r *reload) remove(ctx context.Context, old *entry) {
	if err := old.supervisor.Close(ctx); err != nil {
		r.c.o.Log.Warn("driver was removed by force", "driver", old.name, "error", err)
	}
	r.note(old.name, func(c *Changes) { c.Removed = append(c.Removed, old.name) })
}

// note writes a change down, and tells of it.
func (r *reload) note(name string, change func(*Changes)) {
	r.mu.Lock()
	change(&r.changes)
	r.mu.Unlock()
	if r.c.o.Changed != nil {
		r.c.o.Changed(name)
	}
}

func (r *reload) refused(e *entry, err error) {
	r.note(e.name, func(c *Changes) { c.Refused[e.name] = err })
}
