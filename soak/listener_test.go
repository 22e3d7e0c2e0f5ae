package soak_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
)

// listener counts the ends in the stream of events, as somebody else would who has kept a cursor: from the beginning, while all is killed, with a new look after
// each error. The store does not keep as many events as a long run has.
type listener struct {
	quit context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	told map[string]int
	err  error
}

// listen begins to count; the caller ends it by close.
func listen(t *testing.T, dir string) *listener {
	t.Helper()
	h, err := host.Open(t.Context(), host.Options{Config: filepath.Join(dir, "config.hcl"), NoFollow: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, quit := context.WithCancel(context.WithoutCancel(t.Context()))
	l := &listener{quit: quit, done: make(chan struct{}), told: map[string]int{}}
	go func() {
		defer close(l.done)
		err := l.hear(ctx, h)
		err = errors.Join(err, h.Close(context.WithoutCancel(ctx)))
		l.mu.Lock()
		defer l.mu.Unlock()
		l.err = err
	}()
	return l
}

func (l *listener) hear(ctx context.Context, h *host.Host) error {
	cursor := host.FromStart
	for {
		for event, err := range h.Events(ctx, cursor) {
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, fault.Unavailable) {
				break
			}
			if err != nil {
				return err
			}
			cursor = event.Cursor
			if event.State.Terminal() {
				l.mu.Lock()
				l.told[event.Job]++
				l.mu.Unlock()
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// close ends the counting; what was wrong with it, if anything was, is the error.
func (l *listener) close() error {
	l.quit()
	<-l.done
	return l.err
}

// until waits until this job's end was told, and is how often each was.
func (l *listener) until(ctx context.Context, t *testing.T, job string) map[string]int {
	t.Helper()
	for {
		l.mu.Lock()
		told := maps.Clone(l.told)
		l.mu.Unlock()
		if told[job] > 0 {
			return told
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-l.done:
			t.Fatalf("%d ends were told, then: %v", len(told), l.err)
		case <-ctx.Done():
			t.Fatalf("%d ends were told, and that of the last job was not", len(told))
		}
	}
}
