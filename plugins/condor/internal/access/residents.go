package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

const (
	// mostIdle is how many shells stay when they have nothing to do.
	mostIdle = 3
	// restFor is how long they do, about.
	restFor = time.Minute
)

// residents are the shells of a connection that have nothing to do. They give way to whoever needs their place.
type residents struct {
	mu   sync.Mutex
	idle []*resident // the one that was used last is the last
}

// take gives one, or nil.
func (r *residents) take() *resident {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.idle) > 0 {
		last := r.idle[len(r.idle)-1]
		r.idle = r.idle[:len(r.idle)-1]
		if last.alive() {
			return last
		}
		last.session.Close()
	}
	return nil
}

// rest keeps a shell that has nothing to do.
func (r *residents) rest(shell *resident) {
	r.mu.Lock()
	defer r.mu.Unlock()
	shell.since = time.Now()
	r.idle = append(r.idle, shell)
	r.shrink(mostIdle)
}

// leave lets so many stay.
func (r *residents) leave(most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shrink(max(most, 0))
}

func (r *residents) shrink(most int) {
	for len(r.idle) > most {
		r.idle[0].session.Close()
		r.idle = r.idle[1:]
	}
}

// retire ends those that nobody has used for a while, until ctx is done.
func (r *residents) retire(ctx context.Context) {
	tick := time.NewTicker(restFor / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		r.mu.Lock()
		n := 0
		for n < len(r.idle) && time.Since(r.idle[n].since) > restFor {
			n++
		}
		r.shrink(len(r.idle) - n)
		r.mu.Unlock()
	}
}

// resident gives a shell that has nothing to do, or a new one.
func (s *SSH) resident(ctx context.Context, l *link) (*resident, error) {
	if shell := l.shells.take(); shell != nil {
		return shell, nil
	}
	session, err := l.session(ctx)
	if err != nil {
		return nil, err
	}
	shell, err := newResident(session)
	if err != nil {
		session.Close()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: %w", errGone, err)
		}
		return nil, fault.Unavailable.New("%s: start a shell: %w", s, err)
	}
	// It ends with the connection at the latest.
	s.calls.Go(shell.attend)
	return shell, nil
}

// quick runs a script in a shell that stays. A caller who leaves takes the shell with him: nobody knows what it is still at.
func (s *SSH) quick(ctx context.Context, l *link, script Script) error {
	shell, err := s.resident(ctx, l)
	if err != nil {
		return err
	}
	left := context.AfterFunc(ctx, func() { shell.session.Close() })
	stderr := &lastWords{copy: script.Stderr}
	code, err := shell.run(script.Text, script.Stdout, stderr)
	if left() && err == nil {
		l.shells.rest(shell)
	} else {
		shell.session.Close()
	}
	switch {
	case err == nil:
		return exited(script.Name, code, stderr)
	case errors.Is(err, errShellEnded):
		<-shell.ended
		return s.failure(script.Name, shell.exit, stderr)
	}
	return fault.Unavailable.New("%s: %s: %w", s, script.Name, err)
}
