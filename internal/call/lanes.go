package call

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// lanes hold the turns of one class of calls: each scheduler has a lane of its own, and all lanes lead into one driver. A call takes its scheduler's turn
// before it takes the driver's, so that those who wait for a slow scheduler hold nothing that others want.
type lanes struct {
	driver              *semaphore.Weighted
	total, each         int
	queue, queuePerLane int

	mu      sync.Mutex
	open    map[string]*lane
	waiting int
}

// lane is one scheduler's, for as long as it has calls.
type lane struct {
	turns   *semaphore.Weighted
	users   int // calls under way and waiting
	waiting int
}

func newLanes(total, each, queue int) *lanes {
	return &lanes{
		driver: semaphore.NewWeighted(int64(total)), total: total, each: each,
		// The share is rounded up: a short queue is for everybody.
		queue: queue, queuePerLane: (queue*each + total - 1) / total,
		open: map[string]*lane{},
	}
}

// full tells who has no place left.
type full struct {
	scheduler       bool // the scheduler's own share, not the whole driver
	underWay, queue int
}

func (f *full) Error() string { return "the queue is full" }

// pass takes a turn if one is free; else it tells whose turns are all taken.
func (l *lanes) pass(scheduler string) (*lane, *full) {
	own := l.join(scheduler)
	if !own.turns.TryAcquire(1) {
		l.quit(scheduler, own)
		return nil, &full{scheduler: true, underWay: l.each}
	}
	if !l.driver.TryAcquire(1) {
		own.turns.Release(1)
		l.quit(scheduler, own)
		return nil, &full{underWay: l.total}
	}
	return own, nil
}

// wait waits for a turn. The error is a *full, or ctx's.
func (l *lanes) wait(ctx context.Context, scheduler string) (_ *lane, err error) {
	own := l.join(scheduler)
	defer func() {
		if err != nil {
			l.quit(scheduler, own)
		}
	}()
	if err := l.queueUp(own); err != nil {
		return nil, err
	}
	defer l.dequeue(own)
	if err := own.turns.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	if err := l.driver.Acquire(ctx, 1); err != nil {
		own.turns.Release(1)
		return nil, err
	}
	return own, nil
}

// leave gives a turn back.
func (l *lanes) leave(scheduler string, own *lane) {
	l.driver.Release(1)
	own.turns.Release(1)
	l.quit(scheduler, own)
}

func (l *lanes) join(scheduler string) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.open[scheduler]
	if own == nil {
		own = &lane{turns: semaphore.NewWeighted(int64(l.each))}
		l.open[scheduler] = own
	}
	own.users++
	return own
}

func (l *lanes) quit(scheduler string, own *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(l.open, scheduler)
	}
}

func (l *lanes) queueUp(own *lane) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case own.waiting >= l.queuePerLane:
		return &full{scheduler: true, underWay: l.each, queue: l.queuePerLane}
	case l.waiting >= l.queue:
		return &full{underWay: l.total, queue: l.queue}
	}
	own.waiting++
	l.waiting++
	return nil
}

func (l *lanes) dequeue(own *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own.waiting--
	l.waiting--
}
