package catalog

import (
	"context"

	"github.com/oceanid/oceanid/internal/supervise"
)

// compare puts what is there now in the place of what was there, if that is another.
func (r *reload) compare(ctx context.Context, old, now *entry) {
	sum, _, wrong := now.inspect()
	if ran, _ := old.memory.get(); now.runsAs(old) && (ran == "" || sum == ran) && wrong == nil {
		switch {
		case now.block.is(old.block):
			r.leave(ctx, old)
			return
		case old.supervisor.Status().State != supervise.Failed: // which gets a new chance by an upgrade
			r.adjust(old, now)
			return
		}
	}
	now.supervisor = old.supervisor
	if wrong == nil || !old.runs() {
		r.upgrade(ctx, now, wrong)
		return
	}
	r.stay(old, wrong)
}

// runsAs tells whether two entries mean the same driver, started in the same way.
func (e *entry) runsAs(o *entry) bool {
	return e.path == o.path && e.source == o.source && (e.builtin == nil) == (o.builtin == nil) && e.block.runsAs(o.block)
}

// leave leaves a driver alone; only one that had failed is given a new chance.
func (r *reload) leave(ctx context.Context, old *entry) {
	status := old.supervisor.Status()
	if status.Refused != nil {
		old.supervisor.Refuse(nil)
	}
	if status.State != supervise.Failed {
		return
	}
	if err := old.supervisor.Replace(ctx, old.supervision(), nil); err != nil {
		r.c.o.Log.Debug("driver is not given a new chance", "driver", old.name, "error", err)
	}
}

// adjust changes how a driver is treated that goes on.
func (r *reload) adjust(old, now *entry) {
	now.supervisor, now.memory = old.supervisor, old.memory
	now.supervisor.Adjust(now.supervision())
	r.use(now)
	r.note(now.name, func(c *Changes) { c.Upgraded = append(c.Upgraded, now.name) })
}

// use makes an entry the one of its name.
func (r *reload) use(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.c.candidates.Store(r.c.candidates.Load().with(e))
}

// upgrade makes the new entry the one that is used. What is wrong with it hinders only its starts: nothing runs that could go on in its place.
func (r *reload) upgrade(ctx context.Context, e *entry, wrong error) {
	var prove func(context.Context, supervise.Process) error
	if r.c.o.Prove != nil {
		prove = func(ctx context.Context, p supervise.Process) error {
			_, said := e.memory.get()
			return r.c.o.Prove(ctx, e.name, said, p)
		}
	}
	if err := e.supervisor.Replace(ctx, e.supervision(), prove); err != nil {
		r.keep(e, err)
		return
	}
	r.use(e)
	if wrong != nil {
		r.refused(e, wrong)
		return
	}
	r.note(e.name, func(c *Changes) { c.Upgraded = append(c.Upgraded, e.name) })
}

// stay keeps a driver whose new form is not even tried.
func (r *reload) stay(old *entry, why error) {
	old.supervisor.Refuse(why)
	r.keep(old, why)
}

func (r *reload) keep(e *entry, why error) {
	r.c.o.Log.Warn("driver is kept as it was", "driver", e.name, "error", why)
	r.note(e.name, func(c *Changes) { c.Kept[e.name] = why })
}
