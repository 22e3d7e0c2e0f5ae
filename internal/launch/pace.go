package launch

import (
	"io"
	"time"
)

// bytesPerSecond is how much of what a driver writes is read: more than any driver logs, and little enough for a host. Who writes more waits, and so
// pays for it with its own time.
const bytesPerSecond = 4 << 20

// pace slows down whoever spends more than that, until ended is closed: the last words of a process are read at once.
type pace struct {
	ended  <-chan struct{}
	second time.Time // in which bytes were counted
	bytes  int
}

// spend counts n bytes, and returns when there may be more.
func (p *pace) spend(n int) {
	if now := time.Now(); now.Sub(p.second) >= time.Second {
		p.second, p.bytes = now, 0
	}
	if p.bytes += n; p.bytes <= bytesPerSecond {
		return
	}
	rest := time.NewTimer(time.Until(p.second.Add(time.Second)))
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-p.ended:
	}
}

// paced reads no faster than that.
type paced struct {
	io.Reader
	pace pace
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.pace.spend(n)
	return n, err
}
