package main

import (
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// way is a direction in which a proxy carries.
type way int

const (
	there way = iota // from the driver
	back             // to it
	ways
)

// proxy is a network of one's own between a driver and the SSH server: it can be cut, reset, frozen, and made slow.
type proxy struct {
	listener net.Listener
	target   string
	delay    time.Duration // each way
	rate     int           // bytes a second each way; 0: as many as come

	mu     sync.Mutex
	frozen [ways]chan struct{} // closed: it flows
	tear   bool                // the next piece is torn, and its connection reset
	lost   chan struct{}       // closed: what flows that are there carry goes nowhere
	conns  map[net.Conn]bool
	made   int // connections, since the beginning
	work   sync.WaitGroup
}

func newProxy(t *testing.T, target string, delay time.Duration) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	flows := make(chan struct{})
	close(flows)
	p := &proxy{listener: listener, target: target, delay: delay, frozen: [ways]chan struct{}{flows, flows}, lost: make(chan struct{}), conns: make(map[net.Conn]bool)}
	p.work.Go(p.accept)
	t.Cleanup(func() {
		listener.Close()
		p.thaw()
		p.cut()
		p.work.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.target)
		if err != nil {
			near.Close()
			continue
		}
		p.mu.Lock()
		p.conns[near], p.conns[far] = true, true
		p.made++
		lost := p.lost
		p.mu.Unlock()
		p.work.Go(func() { p.pump(near, far, there, lost) })
		p.work.Go(func() { p.pump(far, near, back, lost) })
	}
}

// pump carries bytes one way, each piece after the delay.
func (p *proxy) pump(from, to net.Conn, direction way, lost <-chan struct{}) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 4096)
	p.work.Go(func() {
		defer to.Close()
		for next := range pieces {
			time.Sleep(time.Until(next.due))
			p.mu.Lock()
			flows, tear := p.frozen[direction], p.tear
			p.tear = false
			p.mu.Unlock()
			<-flows
			select {
			case <-lost:
				continue
			default:
			}
			if tear {
				to.Write(next.data[:len(next.data)/2])
				reset(to)
				reset(from)
			}
			if err := p.write(to, next.data); err != nil {
				from.Close()
			}
		}
	})
	defer close(pieces)
	for {
		data := make([]byte, 32<<10)
		n, err := from.Read(data)
		if n > 0 {
			pieces <- piece{data[:n], time.Now().Add(p.delay)}
		}
		if err != nil {
			if err != io.EOF {
				to.Close()
			}
			return
		}
	}
}

// write writes at the rate.
func (p *proxy) write(to net.Conn, data []byte) error {
	if p.rate == 0 {
		_, err := to.Write(data)
		return err
	}
	for len(data) > 0 {
		n := min(len(data), max(p.rate/20, 1))
		if _, err := to.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
		time.Sleep(time.Second * time.Duration(n) / time.Duration(p.rate))
	}
	return nil
}

// reset ends a connection the way a machine does that knows nothing of it.
func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// tearNext carries half of the next piece and resets its connection.
func (p *proxy) tearNext() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tear = true
}

// forget loses what the connections of now carry, as a router does that has given their flows up, and says so to nobody. New ones flow.
func (p *proxy) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.lost)
	p.lost = make(chan struct{})
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// freeze lets nothing through any more, both ways or those named, and thaw does again.
func (p *proxy) freeze(directions ...way) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.frozen {
		if len(directions) == 0 || slices.Contains(directions, way(w)) {
			p.frozen[w] = make(chan struct{})
		}
	}
}

func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, frozen := range p.frozen {
		select {
		case <-frozen:
		default:
			close(frozen)
		}
	}
}

// through is the configuration that goes through the proxy. The pool's host key is pinned: the proxy's address is in no known_hosts.
func (p *proxy) through(t *testing.T, c Config) Config {
	t.Helper()
	c.Host = "127.0.0.1"
	c.Port = p.listener.Addr().(*net.TCPAddr).Port
	c.HostKey = []string{hostKey(t)}
	return c
}

// hostKey is the pool's ed25519 key as in authorized_keys.
func hostKey(t *testing.T) string {
	t.Helper()
	line, err := condor(t).Run(t.Context(), "root", "ssh-keygen", "-y", "-f", "/etc/ssh/ssh_host_ed25519_key")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey(line); err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func sshAddr(t *testing.T) string {
	s := condor(t).SSH()
	return net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
}
