package lab

import (
	"bytes"
	"context"
	"errors"
	"time"
)

// poll calls try until it succeeds, with pauses that grow to a fifth of a
// second, or until ctx ends: then its error holds both the end's cause and the
// last failure.
func poll(ctx context.Context, try func() error) error {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pause):
		}
	}
}

// tail is the last n lines of text, for error messages.
func tail(text []byte, n int) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-n):], []byte("\n")))
}
