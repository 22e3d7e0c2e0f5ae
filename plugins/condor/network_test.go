package main

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// within runs something that must not take longer, give or take, and tells what it said.
func within(t *testing.T, limit time.Duration, do func(context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return do(ctx)
}

// noLoss asks for the job and fails the test where it is told as anything that it is not.
func noLoss(t *testing.T, d *driver, ref scheduler.Ref) func(context.Context) error {
	return func(ctx context.Context) error {
		return d.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
			if s.State.Terminal() {
				t.Errorf("told %+v", s)
			}
			return nil
		})
	}
}

// A network that carries nothing one way, the other, or both: whoever calls is told after the time they gave, no state is made up, and when it carries again the
// same submission is one job.
func TestPartition(t *testing.T) {
	t.Parallel()
	for name, directions := range map[string][]way{"there": {there}, "back": {back}, "both": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t, sshAddr(t), 0)
			d := open(t, p.through(t, account(t, "ben")))
			ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
			p.freeze(directions...)
			job := scheduler.Job{Token: newToken(), Command: "true"}
			wantFault(t, within(t, 300*time.Millisecond, noLoss(t, d, ref)), fault.Timeout)
			wantFault(t, within(t, 300*time.Millisecond, func(ctx context.Context) error {
				_, err := d.Submit(ctx, job)
				return err
			}), fault.Timeout)
			p.thaw()
			wantOne(t, job.Token, insist(t, d, job))
			if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A connection that is reset in the middle of a message, on the way there and on the way back.
func TestResetInAMessage(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 0)
	d := open(t, p.through(t, account(t, "ben")))
	for range 5 {
		if _, err := d.at(t.Context()); err != nil {
			t.Log(err)
		}
		job := scheduler.Job{Token: newToken(), Command: "true"}
		first := make(chan error)
		go func() {
			_, err := d.Submit(t.Context(), job)
			first <- err
		}()
		// At any moment of it.
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
		p.tearNext()
		t.Logf("the first call: %v", <-first)
		wantOne(t, job.Token, insist(t, d, job))
	}
}

// A connection of a few kilobytes a second, of one with OCEANID_SOAK, is slow, and that is all there is to say of it.
func TestAKilobyteASecond(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 0)
	p.rate = 10 << 10
	if os.Getenv("OCEANID_SOAK") != "" {
		p.rate = 1 << 10
	}
	c := p.through(t, account(t, "ben"))
	c.Timeout = time.Minute
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "true"})
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	wantOne(t, ref.Token, ref.ID)
}

// A router forgets the flow of a connection and tells nobody: it is noticed that nothing comes back, and another one is made.
func TestARouterForgetsTheFlow(t *testing.T) {
	t.Parallel()
	if os.Getenv("OCEANID_SOAK") == "" {
		t.Skip("waits half a minute for a sign of life: set OCEANID_SOAK; with shorter times internal/access TestKeepAlive does the same")
	}
	p := newProxy(t, sshAddr(t), 0)
	d := open(t, p.through(t, account(t, "ben")))
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	p.forget()
	job := scheduler.Job{Token: newToken(), Command: "true"}
	for limit := time.Now().Add(patience); ; {
		err := within(t, 5*time.Second, func(ctx context.Context) error {
			_, err := d.Submit(ctx, job)
			return err
		})
		if err == nil {
			break
		}
		if kind := fault.Of(err); kind != fault.Timeout && kind != fault.Unavailable || time.Now().After(limit) {
			t.Fatal(err)
		}
		if after, ok := fault.RetryAfter(err); ok {
			<-time.After(after)
		}
	}
	wantOne(t, job.Token, insist(t, d, job))
	if err := noLoss(t, d, ref)(t.Context()); err != nil {
		t.Error(err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
}

// names is a DNS server that knows the one address of all names, or none any more.
type names struct {
	conn net.PacketConn
	gone atomic.Bool
}

// serve answers until its socket is closed: RFC 1035, as far as a question for an address goes.
func (n *names) serve() {
	for buffer := make([]byte, 512); ; {
		size, from, err := n.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		end := 12
		for end < size && buffer[end] != 0 {
			end += 1 + int(buffer[end])
		}
		if end += 5; end > size {
			continue
		}
		answer := append([]byte{}, buffer[:end]...)
		code, records := byte(0x80), byte(0)
		switch question := binary.BigEndian.Uint16(buffer[end-4:]); {
		case n.gone.Load():
			code = 0x83 // no such name
		case question == 1:
			records = 1
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
		}
		copy(answer[2:], []byte{0x81, code, 0, 1, 0, records, 0, 0, 0, 0})
		n.conn.WriteTo(answer, from)
	}
}

// The access point's name is not known any more: what is connected stays so, nothing is made up of jobs, and the error names the name. Not parallel: it sets the
// resolver of the whole process.
func TestItsNameIsGone(t *testing.T) {
	n := &names{conn: must(net.ListenPacket("udp", "127.0.0.1:0"))}
	served := make(chan struct{})
	go func() { defer close(served); n.serve() }()
	defer func() { n.conn.Close(); <-served }()
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = usual }) // when the driver and the proxy have been closed

	p := newProxy(t, sshAddr(t), 0)
	c := p.through(t, account(t, "ben"))
	c.Host = "access.pool.test"
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	n.gone.Store(true)
	if err := noLoss(t, d, ref)(t.Context()); err != nil {
		t.Errorf("over the connection that is there: %v", err)
	}
	p.cut()
	job := scheduler.Job{Token: newToken(), Command: "true"}
	// The connection's end may come during the first call.
	for _, err := d.Submit(t.Context(), job); ; _, err = d.Submit(t.Context(), job) {
		wantFault(t, err, fault.Unavailable)
		if err == nil || strings.Contains(err.Error(), c.Host) && strings.Contains(err.Error(), "no such host") {
			break
		}
	}
	wantFault(t, noLoss(t, d, ref)(t.Context()), fault.Unavailable, c.Host)
	n.gone.Store(false)
	wantOne(t, job.Token, insist(t, d, job))
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
}
