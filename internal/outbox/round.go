package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// window is how many events are read ahead of the first that is not settled: so many may be told again after a crash.
const window = 1024

// round serves one handler with one scheduler's events under one lease. Everything in it belongs to the goroutine of run.
type round struct {
	outbox  *Outbox
	handler Handler
	lease   store.Lease
	at      place
	wake    chan struct{}
	slots   chan struct{}
	done    chan *delivery
	gone    chan struct{} // closed when nobody reads done any more

	cursor store.EventID // as the store has it
	seen   store.EventID // up to where the stream was read
	time   time.Time     // of the event at seen
	newest *store.Event  // the one at seen, as it was read; nil: it was not
	more   bool          // there may be more in the stream
	open   []*delivery   // of the stream, in order, from the first that is not settled
	failed []store.Letter

	waiting []*delivery     // not begun
	busy    map[string]bool // jobs of which an event is being told
	flying  map[string]bool // letters that are open
	nextDue time.Time       // when letters are to be looked at; zero: not before somebody wakes
	queues  queues
}

// delivery is an event on its way to the handler.
type delivery struct {
	event   store.Event
	letter  *store.Letter // nil: it comes from the stream
	settled bool
	void    bool // the store has gone back since: its end, where there was one, is told from the job's record
	err     error
}

func newRound(o *Outbox, h Handler, lease store.Lease, wake chan struct{}) *round {
	at := place{h.Name, lease.UID}
	o.mu.Lock()
	slots := o.slots[at]
	if slots == nil {
		slots = make(chan struct{}, h.Concurrency)
		o.slots[at] = slots
	}
	o.mu.Unlock()
	return &round{
		outbox: o, handler: h, lease: lease, at: at, wake: wake, slots: slots, done: make(chan *delivery), gone: make(chan struct{}),
		busy: map[string]bool{}, flying: map[string]bool{}, queues: queues{},
	}
}

// run tells until there was nothing to tell for a while (nil), or ctx is done.
func (r *round) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer close(r.gone)
	if err := r.prepare(ctx); err != nil {
		return err
	}
	idle := time.NewTimer(linger)
	defer idle.Stop()
	for r.more = true; ; {
		if err := r.read(ctx); err != nil {
			return err
		}
		if err := r.take(ctx, time.Now()); err != nil {
			return err
		}
		if err := r.start(ctx); err != nil {
			return err
		}
		if err := r.keep(ctx, false); err != nil {
			return err
		}
		var letters <-chan time.Time
		if !r.nextDue.IsZero() && len(r.flying) < window {
			letters = time.After(time.Until(r.nextDue))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case d := <-r.done:
			if err := r.settleAll(ctx, d); err != nil {
				return err
			}
			idle.Reset(linger)
		case <-r.wake:
			r.more, r.nextDue = true, time.Now()
		case <-letters:
		case <-idle.C:
			if len(r.open) > 0 || len(r.flying) > 0 {
				idle.Reset(linger)
				continue
			}
			return r.keep(ctx, true)
		}
	}
}

// prepare finds out where the handler stands.
func (r *round) prepare(ctx context.Context) error {
	cursor, there, err := r.outbox.store.HookCursor(ctx, r.at.uid, r.at.hook)
	if err == nil && !there {
		if err = r.outbox.first(ctx, r.handler, r.lease); err == nil {
			cursor, _, err = r.outbox.store.HookCursor(ctx, r.at.uid, r.at.hook)
		}
	}
	if err != nil {
		return err
	}
	r.cursor, r.seen, r.nextDue = cursor, cursor, time.Now()
	if r.handler.All {
		return r.loadQueues(ctx)
	}
	return nil
}

// read takes events from the stream, as far as there is room.
func (r *round) read(ctx context.Context) error {
	for r.more && len(r.open) < window {
		events, other, err := r.page(ctx)
		if other {
			r.disown()
		}
		if gap(err) {
			if len(r.open) > 0 {
				return nil // it is bridged when what was read before is settled
			}
			if r.cursor, err = r.outbox.bridge(ctx, r.handler, r.lease, r.cursor); err != nil {
				return err
			}
			r.seen, r.newest, r.nextDue = r.cursor, nil, time.Now()
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range events {
			r.seen, r.time, r.newest = e.ID, e.Time, &e
			if r.handler.All || e.State.Terminal() {
				d := &delivery{event: e}
				r.open, r.waiting = append(r.open, d), append(r.waiting, d)
			}
		}
		r.more = len(events) > 0
	}
	return nil
}

// page reads what comes next in the stream. The newest event that was read is read once more and compared: a store that has gone back gives its number to
// another one, or has nothing there. That is a gap too (other): numbers mean something else by now.
func (r *round) page(ctx context.Context) (events []store.Event, other bool, err error) {
	if r.newest == nil {
		events, err = r.outbox.store.Events(ctx, r.at.uid, r.seen, 500)
		return events, false, err
	}
	events, err = r.outbox.store.Events(ctx, r.at.uid, r.seen-1, 500)
	if err == nil && (len(events) == 0 || !same(events[0], *r.newest)) {
		err = fault.Conflict.New("the stream has other events than it had")
	}
	if err != nil {
		return nil, gap(err), err
	}
	return events[1:], false, nil
}

func same(a, b store.Event) bool {
	return a.ID == b.ID && a.Job == b.Job && a.Revision == b.Revision && a.State == b.State && a.Time.Equal(b.Time)
}

// disown forgets what was read of the stream and is not settled, so that no number of before is written down: the gap is bridged in its stead.
func (r *round) disown() {
	for _, d := range r.open {
		d.void = true
	}
	r.waiting = slices.DeleteFunc(r.waiting, func(d *delivery) bool { return d.void })
	for _, l := range r.failed {
		r.queues.drop(l.Event.Job, l.ID)
	}
	r.open, r.failed, r.newest = nil, nil, nil
}

// start begins what may begin: of each job one event at a time, in order, while there are slots.
func (r *round) start(ctx context.Context) error {
	rest := r.waiting[:0]
	for i, d := range r.waiting {
		if len(r.slots) == cap(r.slots) {
			rest = append(rest, r.waiting[i:]...)
			break
		}
		job := d.event.Job
		if r.busy[job] {
			rest = append(rest, d)
			continue
		}
		if head, queued := r.queues.head(job); queued && r.handler.All && head.id != d.id() {
			if err := r.behind(ctx, d, head); err != nil {
				return err
			}
			continue
		}
		r.busy[job] = true
		r.slots <- struct{}{} // there is room: nobody else fills it
		r.outbox.wait.Go(func() {
			d.err = r.handler.call(ctx, r.outbox.wait.Go, d.event, func(late bool) {
				<-r.slots
				if late {
					r.awake()
				}
			}, func(what any, stack []byte) {
				r.outbox.log.Error("a handler panicked", "handler", r.at.hook, "job", d.event.Job, "panic", what, "stack", string(stack))
			})
			select {
			case r.done <- d:
			case <-r.gone:
			}
		})
	}
	clear(r.waiting[len(rest):])
	r.waiting = rest
	return nil
}

// awake makes the loop look again: a slot that was given up for lost is free.
func (r *round) awake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// settleAll settles a delivery, and those that have ended as well by now.
func (r *round) settleAll(ctx context.Context, d *delivery) error {
	for {
		if err := r.settle(ctx, d); err != nil {
			return err
		}
		select {
		case d = <-r.done:
		default:
			return nil
		}
	}
}

// keep writes down how far the handler was told, and what is to be told again. Where only others' events have passed, that waits until the end.
func (r *round) keep(ctx context.Context, last bool) error {
	cursor, at, told := r.seen, r.time, false
	for len(r.open) > 0 && r.open[0].settled {
		r.open, told = r.open[1:], true
	}
	if len(r.open) > 0 {
		cursor, at = r.open[0].event.ID-1, r.open[0].event.Time
	}
	if len(r.failed) == 0 && (cursor == r.cursor || !told && !last) {
		return nil
	}
	letters := r.failed
	if cursor != r.cursor {
		letters = append(letters, markedAt(at))
	}
	if err := r.outbox.store.SetHookCursor(ctx, r.at.uid, r.at.hook, r.lease.Fence, cursor, letters); err != nil {
		return err
	}
	r.cursor, r.failed = cursor, nil
	return nil
}
