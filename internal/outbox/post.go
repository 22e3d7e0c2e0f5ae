package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

const (
	// A lease lasts so long unless it is renewed: so long may a handler be told nothing when the process dies that served it.
	leaseTime  = 5 * time.Second
	leaseRenew = 1500 * time.Millisecond
	// linger is how long the one who has the lease keeps it after the last event: the next is told without asking for it again.
	linger = 3 * time.Second
	// firstPause and lastPause bound the pauses when the store does not answer.
	firstPause, lastPause = 200 * time.Millisecond, 15 * time.Second
)

// post is where one handler is served with one scheduler's events by this process, for as long as there may be something to tell.
type post struct {
	wake chan struct{} // has room for one: there may be something new
}

// look mans a post, or wakes who is there.
func (o *Outbox) look(h Handler, uid string) {
	if h.Wants != nil && !h.Wants(uid) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	at := place{h.Name, uid}
	p := o.posts[at]
	if p == nil {
		if o.ctx.Err() != nil {
			return
		}
		p = &post{wake: make(chan struct{}, 1)}
		o.posts[at] = p
		o.wait.Go(func() { o.man(h, uid, p) })
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// leave gives a post up, unless somebody has woken it.
func (o *Outbox) leave(at place, p *post) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(p.wake) > 0 && o.ctx.Err() == nil {
		return false
	}
	delete(o.posts, at)
	return true
}

// man serves a handler until nothing is left to tell.
func (o *Outbox) man(h Handler, uid string, p *post) {
	at, ctx, pause := place{h.Name, uid}, o.ctx, firstPause
	for {
		select {
		case <-p.wake:
		default:
		}
		next, err := o.next(ctx, at)
		held := true
		if err == nil && !next.IsZero() && !next.After(time.Now()) {
			held, err = o.serve(ctx, h, uid, p)
			if errors.Is(err, fault.Conflict) {
				held, err = false, nil
			}
			if held && err == nil {
				pause = firstPause
				continue
			}
		}
		switch {
		case ctx.Err() != nil || errors.Is(err, fault.NotFound):
			o.forget(at)
			return
		case err != nil:
			o.log.Warn("events cannot be told, are tried again", "handler", h.Name, "scheduler", uid, "in", pause, "error", err)
			rest(ctx, pause, nil)
			pause = min(pause*2, lastPause)
		case !held:
			// Somebody else is at it. Whether that one has died shows in that nothing moves.
			rest(ctx, leaseRenew, nil)
		case next.IsZero():
			if o.leave(at, p) {
				return
			}
		default:
			rest(ctx, time.Until(next), p.wake)
		}
	}
}

// forget gives a post up, whoever has woken it.
func (o *Outbox) forget(at place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.posts, at)
}

// rest waits for d, until ctx is done, or until it is woken.
func rest(ctx context.Context, d time.Duration, wake chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-wake:
		// It is for the next round to take.
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// next is when there is something to tell; zero: there is nothing.
func (o *Outbox) next(ctx context.Context, at place) (time.Time, error) {
	cursor, there, err := o.store.HookCursor(ctx, at.uid, at.hook)
	if err != nil {
		return time.Time{}, err
	}
	last, err := o.store.LastEvent(ctx, at.uid)
	if err != nil {
		return time.Time{}, err
	}
	if !there || last != cursor {
		return time.Now(), nil
	}
	due, next, err := o.due(ctx, at, time.Now(), 1)
	if len(due) > 0 {
		next = time.Now()
	}
	return next, err
}

// serve tells what there is to tell under the lease, and lingers; false: somebody else has the lease.
func (o *Outbox) serve(ctx context.Context, h Handler, uid string, p *post) (held bool, err error) {
	lease, held, err := o.store.AcquireNamedLease(ctx, uid, store.HookLease(h.Name), o.owner, leaseTime)
	if err != nil || !held {
		return held, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { o.keep(ctx, lease, stop) })
	r := newRound(o, h, lease, p.wake)
	err = r.run(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, fault.Conflict) {
		err = cause
	}
	stop(nil)
	keeper.Wait()
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return true, errors.Join(err, o.store.Release(release, lease))
}

// keep renews a lease until ctx is done. One that could not be renewed for so long that it has run out is lost as well.
func (o *Outbox) keep(ctx context.Context, lease store.Lease, stop context.CancelCauseFunc) {
	ticks := time.NewTicker(leaseRenew)
	defer ticks.Stop()
	for renewed := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		ours, err := o.store.Renew(ctx, lease, leaseTime)
		switch {
		case err == nil && ours:
			renewed = time.Now()
		case err == nil, time.Since(renewed) > leaseTime:
			stop(fault.Conflict.New("another process tells the events of scheduler %s to %s", lease.UID, lease.Name))
			return
		}
	}
}
