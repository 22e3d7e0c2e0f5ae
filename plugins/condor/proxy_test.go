package main

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// proxy is a network of one's own between a driver and the SSH server: it can be cut, frozen, and made slow.
type proxy struct {
	listener net.Listener
	target   string
	delay    time.Duration // each way

	mu     sync.Mutex
	frozen chan struct{} // closed: it flows
	conns  map[net.Conn]bool
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
	p := &proxy{listener: listener, target: target, delay: delay, frozen: flows, conns: make(map[net.Conn]bool)}
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
		p.mu.Unlock()
		p.work.Go(func() { p.pump(near, far) })
		p.work.Go(func() { p.pump(far, near) })
	}
}

// pump carries bytes, each piece after the delay.
func (p *proxy) pump(from, to net.Conn) {
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
			flows := p.frozen
			p.mu.Unlock()
			<-flows
			if _, err := to.Write(next.data); err != nil {
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

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// freeze lets nothing through any more, and thaw does again.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = make(chan struct{})
}

func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.frozen:
	default:
		close(p.frozen)
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
