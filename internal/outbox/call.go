package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// patience is how long a handler may take to return when its context is done.
const patience = time.Second

// call tells one event. It returns in bounded time, whatever the handler does; released is called when the handler has really returned, and told whether
// that was after its time; panicked is told of a panic, and where it was.
func (h Handler) call(ctx context.Context, wait func(func()), e store.Event, released func(late bool), panicked func(what any, stack []byte)) error {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	result := make(chan error, 1)
	wait(func() {
		defer cancel()
		err := h.guarded(ctx, e, panicked)
		released(ctx.Err() != nil)
		result <- err
	})
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	// A handler that hears its context returns now, and may have done its work.
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-result:
		return err
	case <-late.C:
		return fault.Timeout.New("the handler did not return within %v", h.Timeout)
	}
}

// guarded makes a panic an error. That is one line, for it becomes a letter's reason; the stack is told apart.
func (h Handler) guarded(ctx context.Context, e store.Event, panicked func(what any, stack []byte)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			panicked(p, debug.Stack())
			first, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			err = fault.Crashed.New("the handler panicked: %s", first)
		}
	}()
	return h.Handle(ctx, e)
}

// pause is how long to wait after so many failures.
func (h Handler) pause(failures int) time.Duration {
	const longest = 10 * time.Minute
	d := longest
	if n := failures - 1; n < 30 && h.Retry < longest>>n {
		d = h.Retry << n
	}
	return d*3/4 + rand.N(d/2+1)
}

// words are an error for a letter.
func words(err error) string {
	const most = 4096
	text := fmt.Sprint(err)
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
