package web

import (
	"context"
	"sync"
	"time"
)

// shared keeps what many viewers look at for a short time, so that it is read once for all of them. It has no goroutine of its own: whoever finds a thing
// too old reads it again, in its own request, and the others wait for that.
type shared[T any] struct {
	fresh time.Duration

	mu   sync.Mutex
	kept map[string]*keep[T]
}

type keep[T any] struct {
	turn  chan struct{} // holds one token: whoever has it may touch the rest
	read  time.Time
	value T
	err   error

	used time.Time // guarded by shared.mu
}

// mostKept bounds what different addresses that somebody makes up can make the process hold.
const mostKept = 256

func newShared[T any](fresh time.Duration) *shared[T] {
	return &shared[T]{fresh: fresh, kept: make(map[string]*keep[T])}
}

// get is the value under a key, read by load if it is too old. load is given the value before. A failure is kept as well, so that a store that does not
// answer is not asked by each viewer in turn; unless it was ctx that ended.
func (s *shared[T]) get(ctx context.Context, key string, load func(ctx context.Context, before T) (T, error)) (T, error) {
	k := s.find(key)
	select {
	case <-k.turn:
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
	defer func() { k.turn <- struct{}{} }()
	if !k.read.IsZero() && time.Since(k.read) < s.fresh {
		return k.value, k.err
	}
	value, err := load(ctx, k.value)
	if ctx.Err() != nil {
		return value, err
	}
	if err == nil {
		k.value = value
	}
	k.read, k.err = time.Now(), err
	return k.value, err
}

func (s *shared[T]) find(key string) *keep[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[key]
	if !ok {
		if len(s.kept) >= mostKept {
			s.forgetOldest()
		}
		k = &keep[T]{turn: make(chan struct{}, 1)}
		k.turn <- struct{}{}
		s.kept[key] = k
	}
	k.used = time.Now()
	return k
}

func (s *shared[T]) forgetOldest() {
	oldest := ""
	for key, k := range s.kept {
		if oldest == "" || k.used.Before(s.kept[oldest].used) {
			oldest = key
		}
	}
	delete(s.kept, oldest)
}
