package main

import (
	"context"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// link is one connection to a machine, and all that goes on over it.
type link struct {
	files *sftp.Client
	// home is the account's home folder.
	home string
	// ssh is nil on this machine.
	ssh *ssh.Client
	// cut ends the connection; whatever waits on it fails then.
	cut func()
	// gone is closed when the connection has ended, by whatever cause.
	gone chan struct{}

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // the goroutines that use the connection; all of them end with it
}

func newLink(cut func()) *link { return &link{cut: cut, gone: make(chan struct{})} }

// start runs f in a goroutine that close waits for; false: it is closed already.
func (l *link) start(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.work.Go(f)
	}
	return !l.closed
}

func (l *link) alive() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cut()
	l.work.Wait()
}

// linker keeps one link, and makes a new one when that has ended.
type linker struct {
	dial func(ctx context.Context) (*link, error)
	turn chan struct{}
	now  *link
}

func newLinker(dial func(ctx context.Context) (*link, error)) *linker {
	return &linker{dial: dial, turn: make(chan struct{}, 1)}
}

// link connects, unless there is a connection. One caller dials; the others wait for it.
func (k *linker) link(ctx context.Context) (*link, error) {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-k.turn }()
	if k.now != nil && k.now.alive() {
		return k.now, nil
	}
	if k.now != nil {
		k.now.close()
		k.now = nil
	}
	l, err := k.dial(ctx)
	if err != nil {
		return nil, err
	}
	k.now = l
	return l, nil
}

// Close ends the link. The linker may be used again.
func (k *linker) Close() error {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	if k.now != nil {
		k.now.close()
		k.now = nil
	}
	return nil
}
