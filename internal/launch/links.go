package launch

import (
	"context"
	"errors"
	"net"
	"sync"
)

// links are the connections to one driver's socket. They end with its process, whoever else may hold the other end: go-plugin waits for its first connection
// under a lock that it also needs to take notice of the process's end, and a call would wait for an answer that nobody will send.
type links struct {
	mu     sync.Mutex
	socket string
	ended  bool
	open   map[*link]bool
}

type link struct {
	net.Conn
	of *links
}

// to says where the driver listens.
func (l *links) to(socket string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.socket = socket
}

// dial connects to the driver, unless it has ended.
func (l *links) dial(ctx context.Context, _ string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil, errors.New("the driver has ended")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", l.socket)
	if err != nil {
		return nil, err
	}
	if l.open == nil {
		l.open = map[*link]bool{}
	}
	k := &link{conn, l}
	l.open[k] = true
	return k, nil
}

// cut ends all connections, and lets no more be made.
func (l *links) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for k := range l.open {
		_ = k.Conn.Close()
	}
	l.open = nil
}

// Close ends one connection.
func (k *link) Close() error {
	k.of.mu.Lock()
	delete(k.of.open, k)
	k.of.mu.Unlock()
	return k.Conn.Close()
}
