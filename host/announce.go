package host

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// announcements tell those who read all streams which ones have changed.
type announcements struct {
	mu      sync.Mutex
	readers map[*reader]bool
}

// reader gathers the changes that it has not looked at yet: each scheduler once, however often it changed.
type reader struct {
	wake chan struct{}

	mu      sync.Mutex
	changed map[string]bool
}

// announce tells that a scheduler has changed, or that any may have ("").
func (a *announcements) announce(uid string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for r := range a.readers {
		r.mu.Lock()
		r.changed[uid] = true
		r.mu.Unlock()
		select {
		case r.wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

func (a *announcements) subscribe() (*reader, func()) {
	r := &reader{wake: make(chan struct{}, 1), changed: map[string]bool{}}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.readers == nil {
		a.readers = map[*reader]bool{}
	}
	a.readers[r] = true
	return r, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.readers, r)
	}
}

// next waits for changes and tells which schedulers have changed, or that all are to be looked at.
func (r *reader) next(ctx context.Context) (uids []string, all bool, err error) {
	select {
	case <-r.wake:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	uids, all = slices.Collect(maps.Keys(r.changed)), r.changed[""]
	r.changed = map[string]bool{}
	return uids, all, nil
}
