package access

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// After a failed attempt to connect the next one waits: first about firstPause, each time twice as long, at most about longestPause.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// SSH is an access point that is reached over SSH.
type SSH struct {
	target Target
	ctx    context.Context
	cancel context.CancelCauseFunc
	calls  sync.WaitGroup // all that is under way, also what its caller has left

	mu      sync.Mutex
	link    *link
	dialing *dialing
	// The last failure, which holds until the time for another attempt has come.
	failed   error
	failures int
	retryAt  time.Time
}

// dialing is an attempt to connect that is under way; its results may be read when done is closed.
type dialing struct {
	done chan struct{}
	link *link
	err  error
}

// NewSSH makes it. It connects on first use.
func NewSSH(t Target) *SSH {
	s := &SSH{target: t}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// String is user@host:port.
func (s *SSH) String() string { return s.target.String() }

// Probe makes a connection of its own, reports its steps, and closes it. See [FailedStep].
func (s *SSH) Probe(ctx context.Context, report Report) error {
	client, err := dial(ctx, s.target, report)
	if err != nil {
		return err
	}
	return client.Close()
}

// Close ends the connection and everything on it.
func (s *SSH) Close() error {
	s.cancel(errClosed)
	s.mu.Lock()
	link, dialing := s.link, s.dialing
	s.mu.Unlock()
	if dialing != nil {
		<-dialing.done
		link = dialing.link
	}
	if link != nil {
		link.close()
	}
	s.calls.Wait()
	return nil
}

// connected is the connection: the one that is there, or a new one. Whoever asks while one is being made waits for the same.
func (s *SSH) connected(ctx context.Context) (*link, error) {
	s.mu.Lock()
	if s.link != nil && s.link.alive() {
		defer s.mu.Unlock()
		return s.link, nil
	}
	d := s.dialing
	if d == nil {
		if wait := time.Until(s.retryAt); wait > 0 {
			defer s.mu.Unlock()
			return nil, fault.After(s.failed, wait)
		}
		d = &dialing{done: make(chan struct{})}
		s.dialing = d
		go s.dial(d, s.link)
	}
	s.mu.Unlock()
	select {
	case <-d.done:
		return d.link, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// dial makes the connection for all who wait for it; so it does not end with any one of them.
func (s *SSH) dial(d *dialing, old *link) {
	defer close(d.done)
	if old != nil {
		old.close()
	}
	client, err := dial(s.ctx, s.target, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialing = nil
	if err != nil {
		s.failures++
		pause := min(firstPause<<min(s.failures-1, 10), longestPause)
		pause += time.Duration((rand.Float64() - 0.5) * float64(pause))
		s.failed, s.retryAt = err, time.Now().Add(pause)
		d.err = fault.After(err, pause)
		return
	}
	s.failed, s.failures, s.retryAt = nil, 0, time.Time{}
	d.link = newLink(client)
	s.link = d.link
}

// use gives f the connection. Where that turns out to have ended before f could ask anything of it, f gets a new one. use returns as soon as ctx is
// done; f is then left to end by itself, at the latest with the connection, and must not touch what is its caller's.
func (s *SSH) use(ctx context.Context, what string, f func(*link) error) error {
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		return errClosed
	}
	s.calls.Add(1)
	s.mu.Unlock()
	defer s.calls.Done()

	result := make(chan error, 1)
	s.calls.Go(func() { result <- s.twice(ctx, f) })
	var err error
	select {
	case err = <-result:
	case <-ctx.Done():
		err = ctx.Err()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ended(ctx, what)
	case s.ctx.Err() != nil:
		return errClosed
	case errors.Is(err, errGone):
		return fault.Unavailable.New("%s: %s: %w", s, what, err)
	}
	return err
}

func (s *SSH) twice(ctx context.Context, f func(*link) error) error {
	l, err := s.connected(ctx)
	if err != nil {
		return err
	}
	if err = f(l); !errors.Is(err, errGone) {
		return err
	}
	l.client.Close()
	select {
	case <-l.gone:
	case <-ctx.Done():
		return ctx.Err()
	}
	if l, err = s.connected(ctx); err != nil {
		return err
	}
	return f(l)
}
