package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/host"
)

// distanceRows measure a pool that is 50 ms away, there and back.
func distanceRows() []row {
	return []row{{name: "condor: 50 ms away, 100 jobs, a job", peer: "a connection per condor_submit and condor_q", goal: 1. / 20, rounds: 2, unit: "ms", figures: farAway}}
}

func farAway(ctx context.Context) (ours, peer sample, stop func(), err error) {
	far := &delay{by: 25 * time.Millisecond}
	p, err := startPool(ctx, idlePool, far.listen)
	if err != nil {
		return nil, nil, nil, err
	}
	stop = func() { p.stop(); far.close() }
	user := p.lab.SSH().Users["ben"]
	key, err := os.ReadFile(user.PrivateKey)
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	config := &ssh.ClientConfig{User: user.Name, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	const many, few = 100, 5
	ours = each(many, func(ctx context.Context) error {
		if err := submitMany(ctx, p.on, many, 50); err != nil {
			return err
		}
		jobs, _, err := p.host.ListJobs(ctx, host.JobQuery{Limit: many})
		if err == nil && len(jobs) < many {
			err = fmt.Errorf("of %d jobs %d are known", many, len(jobs))
		}
		return err
	})
	const description = `printf 'universe=vanilla\nexecutable=/bin/true\nlog=job.log\nqueue\n' | condor_submit -terse -`
	peer = each(few, func(context.Context) error {
		for range few {
			cluster, err := once(far.address(), config, description)
			if err != nil {
				return err
			}
			var number int
			if _, err := fmt.Sscanf(cluster, "%d.", &number); err != nil {
				return fmt.Errorf("condor_submit says %q: %w", cluster, err)
			}
			if _, err := once(far.address(), config, fmt.Sprintf("condor_q %d -af JobStatus", number)); err != nil {
				return err
			}
		}
		return nil
	})
	return ours, peer, stop, nil
}

// once runs a command over a connection of its own.
func once(address string, config *ssh.ClientConfig, command string) (string, error) {
	client, err := ssh.Dial("tcp", address, config)
	if err != nil {
		return "", err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	out, err := session.Output(command)
	return string(out), err
}

// delay is a TCP proxy that lets every byte wait.
type delay struct {
	by       time.Duration
	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	open     []net.Conn
}

// listen begins to pass connections on to the target.
func (d *delay) listen(target string) (host string, port int, err error) {
	if d.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return "", 0, err
	}
	d.running.Go(func() {
		for {
			near, err := d.listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				near.Close()
				continue
			}
			d.mu.Lock()
			d.open = append(d.open, near, far)
			d.mu.Unlock()
			d.running.Go(func() { d.pass(far, near) })
			d.running.Go(func() { d.pass(near, far) })
		}
	})
	at := d.listener.Addr().(*net.TCPAddr)
	return at.IP.String(), at.Port, nil
}

func (d *delay) address() string { return d.listener.Addr().String() }

// pass copies from one side to the other, each piece the delay after it came, whatever else is under way.
func (d *delay) pass(to, from net.Conn) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	d.running.Go(func() {
		defer to.Close()
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				from.Close()
			}
		}
	})
	defer close(pieces)
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			pieces <- piece{time.Now().Add(d.by), append([]byte(nil), buffer[:n]...)}
		}
		if err == io.EOF || err != nil {
			return
		}
	}
}

func (d *delay) close() {
	if d.listener == nil {
		return
	}
	d.listener.Close()
	d.mu.Lock()
	for _, c := range d.open {
		c.Close()
	}
	d.mu.Unlock()
	d.running.Wait()
}
