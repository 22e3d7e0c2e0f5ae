package follow

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// beat is how often the store is told that a pool is alive.
const beat = 10 * time.Second

// pulse is what a follower has learned about whether its pool answers. It is safe for concurrent use.
type pulse struct {
	mu       sync.Mutex
	now      store.Health
	watching bool      // its changes are being told: as long as that goes on it answers
	told     time.Time // when the store was told last; zero: there is something that it does not know
}

// begin takes over what the store knows.
func (p *pulse) begin(h store.Health, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now, p.told = h, now
}

// answers notes that the pool has answered.
func (p *pulse) answers(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.now.Since.IsZero() || p.now.Heard.IsZero() {
		p.told = time.Time{}
	}
	p.now = store.Health{Heard: now}
}

// silent notes that the pool has not answered, and why. No job changes by that.
func (p *pulse) silent(now time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reason := err.Error(); p.now.Since.IsZero() || p.now.Reason != reason {
		p.now.Reason, p.told = reason, time.Time{}
	}
	if p.now.Since.IsZero() {
		p.now.Since = now
	}
	p.watching = false
}

func (p *pulse) watch(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watching = on
}

// due is what the store is to be told, if it is time to. jobs: there are some that have not ended, for which a pool that was heard is told again and again; that
// it answers at all is told without any.
func (p *pulse) due(now time.Time, jobs bool) (h store.Health, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watching && p.now.Since.IsZero() {
		if p.now.Heard.IsZero() {
			p.told = time.Time{} // the first that anybody hears of it
		}
		p.now.Heard = now
	}
	if p.told.IsZero() && p.now != (store.Health{}) {
		return p.now, jobs || p.now.Since.IsZero()
	}
	return p.now, jobs && p.now.Since.IsZero() && now.Sub(p.told) >= beat && p.now.Heard.After(p.told)
}

func (p *pulse) written(h store.Health, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.Since.Equal(h.Since) && p.now.Reason == h.Reason {
		p.told = now
	}
}

// loadHealth takes over what the follower before this one knew of the pool.
func (f *follower) loadHealth(ctx context.Context, now time.Time) error {
	all, err := f.store.Health(ctx, []string{f.lease.UID})
	f.pulse.begin(all[f.lease.UID], now)
	return err
}

// tellHealth tells the store what is known about the pool, seldom. That the store does not answer now is no error.
func (f *follower) tellHealth(ctx context.Context, now time.Time) error {
	h, due := f.pulse.due(now, len(f.jobs) > 0)
	if !due {
		return nil
	}
	err := f.store.SetHealth(ctx, f.lease.UID, f.lease.Fence, h)
	if errors.Is(err, fault.Conflict) {
		return err
	}
	if err == nil {
		f.pulse.written(h, now)
	}
	return nil
}
