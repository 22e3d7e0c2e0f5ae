package call

import (
	"cmp"
	"context"
	"time"
)

// Limits say how many calls a driver may have under way. The zero value is the usual.
type Limits struct {
	// Calls is how many may be under way in the driver; 0: 64.
	Calls int
	// SchedulerCalls is how many of them may be for one scheduler; 0: 16, or Calls if that is less.
	SchedulerCalls int
	// Queue is how many calls may wait for their turn; 0: four times Calls. Of the queue a scheduler has the same share as of the calls.
	Queue int
}

// What goes on for long is counted apart, in multiples of the limits, and so never takes the place of a call.
const (
	transferFactor = 2
	streamFactor   = 16
)

func (l Limits) withDefaults() Limits {
	l.Calls = cmp.Or(l.Calls, 64)
	l.SchedulerCalls = min(cmp.Or(l.SchedulerCalls, 16), l.Calls)
	l.Queue = cmp.Or(l.Queue, 4*l.Calls)
	return l
}

// class is a kind of call that is counted by itself.
type class int

const (
	finite    class = iota // has a deadline, waits for its turn
	transfers              // files and what a task has written: wait for their turn, and may take long
	streams                // logs that are followed: never end by themselves, and so nobody waits for their end
	watches                // events: like streams, which many people open, and which must not keep a pool from being followed
	classes
)

// Bulkhead keeps the calls to one driver apart, so that a pool that does not answer uses up its own share of the driver and no other's. There is one
// for each driver, in use by all callers of its schedulers; for other limits make another one, which the calls under way do not count for. It is safe for
// concurrent use.
type Bulkhead struct {
	driver  string
	lanes   [classes]*lanes
	metrics measured
}

// NewBulkhead makes the bulkhead of the driver of that name, which counts into metrics; nil: nothing is counted.
func NewBulkhead(driver string, l Limits, metrics *Metrics) *Bulkhead {
	l = l.withDefaults()
	b := &Bulkhead{driver: driver, metrics: metrics.of(driver)}
	b.lanes[finite] = newLanes(l.Calls, l.SchedulerCalls, l.Queue)
	b.lanes[transfers] = newLanes(transferFactor*l.Calls, transferFactor*l.SchedulerCalls, l.Queue)
	b.lanes[streams] = newLanes(streamFactor*l.Calls, streamFactor*l.SchedulerCalls, 0)
	b.lanes[watches] = newLanes(streamFactor*l.Calls, streamFactor*l.SchedulerCalls, 0)
	return b
}

// enter waits for the turn of a scheduler's call; the caller must call leave when the call has ended. A nil bulkhead lets everything through.
func (b *Bulkhead) enter(ctx context.Context, c class, scheduler string) (leave func(), err error) {
	if b == nil {
		return func() {}, nil
	}
	lanes := b.lanes[c]
	own, taken := lanes.pass(scheduler)
	switch {
	case taken == nil:
	case lanes.queue == 0:
		return nil, b.refuse(ctx, c, taken, 0)
	default:
		began := time.Now()
		b.metrics.waiting(+1)
		own, err = lanes.wait(ctx, scheduler)
		b.metrics.waiting(-1)
		if err != nil {
			return nil, b.refuse(ctx, c, err, time.Since(began))
		}
	}
	if lanes.queue > 0 {
		b.metrics.inFlight(+1)
	}
	return func() {
		if lanes.queue > 0 {
			b.metrics.inFlight(-1)
		}
		lanes.leave(scheduler, own)
	}, nil
}

// ended counts a call that has ended, however it did.
func (b *Bulkhead) ended(verb string, took time.Duration, err error) {
	if b != nil {
		b.metrics.ended(verb, took, err)
	}
}

// event counts an event.
func (b *Bulkhead) event() {
	if b != nil {
		b.metrics.event()
	}
}
