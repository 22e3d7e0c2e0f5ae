package hosttest

import (
	"context"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Watch tells the pool's news; a cursor is the number of those that were told.
func (d *driver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	next := 0
	if from != "" {
		var err error
		if next, err = strconv.Atoi(string(from)); err != nil || next < 0 || next > d.pool.told() {
			next = d.pool.told()
			if err := yield(scheduler.Event{Cursor: cursor(next), Reset: "the cursor is not this pool's"}); err != nil {
				return err
			}
		}
	}
	for {
		news, err := d.pool.news(ctx, next)
		if err != nil {
			return err
		}
		for _, e := range news {
			if err := pause(ctx, time.Until(e.due)); err != nil {
				return err
			}
			next++
			if err := yield(scheduler.Event{Status: e.status, Cursor: cursor(next)}); err != nil {
				return err
			}
		}
	}
}

func cursor(n int) scheduler.Cursor { return scheduler.Cursor(strconv.Itoa(n)) }

// told is how much news there has been.
func (p *Pool) told() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.events)
}

// news waits for some after the first few. The error is ctx's, or that the pool is out of reach.
func (p *Pool) news(ctx context.Context, after int) ([]event, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.await(ctx, func() bool { return p.unreachable || len(p.events) > after }) {
		return nil, ctx.Err()
	}
	return p.events[after:len(p.events):len(p.events)], p.reachable()
}
