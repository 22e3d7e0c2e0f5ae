package store

import (
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// passing keeps what need not survive: leases. Its clock is set forward when somebody asks, so that it wakes nobody, and not for each who does: that looks at
// all keys there are.
type passing struct {
	redis *miniredis.Miniredis

	mu  sync.Mutex
	now time.Time // what its clock shows
}

// tick is by how much that clock may be behind.
const tick = 50 * time.Millisecond

func newPassing() (*passing, error) {
	m, err := newMiniredis()
	return &passing{redis: m, now: time.Now()}, err
}

func (p *passing) dispatch(peer *server.Peer, command []string) {
	p.mu.Lock()
	if gone := time.Since(p.now); gone >= tick {
		p.redis.FastForward(gone)
		p.now = p.now.Add(gone)
	}
	p.mu.Unlock()
	p.redis.Server().Dispatch(peer, command)
}

func (p *passing) close() { p.redis.Close() }
