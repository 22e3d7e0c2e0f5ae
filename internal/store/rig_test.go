package store_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// rig is a Redis of one test, which may do to it what it likes.
type rig struct {
	t       *testing.T
	lab     *lab.Lab
	name    string
	port    int
	args    []string
	address string
	admin   *redis.Client
}

// newRig starts a Redis with these arguments, in a lab of its own.
func newRig(t *testing.T, args ...string) *rig {
	t.Helper()
	l := lab.ForTest(t, lab.Options{})
	return rigIn(t, l, 6400, args...)
}

func rigIn(t *testing.T, l *lab.Lab, port int, args ...string) *rig {
	t.Helper()
	r := &rig{t: t, lab: l, name: fmt.Sprintf("rig-%d", port), port: port, address: net.JoinHostPort(l.Addr(), fmt.Sprint(port))}
	r.args = append([]string{"redis-server", "--port", fmt.Sprint(port), "--bind", "*", "--protected-mode", "no", "--daemonize", "yes", "--dir", r.dir(), "--pidfile", r.dir() + "/pid"}, args...)
	r.in("mkdir", "-p", r.dir())
	r.admin = redis.NewClient(&redis.Options{Addr: r.address, MaxRetries: -1})
	t.Cleanup(func() { r.admin.Close() })
	r.start()
	return r
}

func (r *rig) dir() string { return "/srv/" + r.name }
func (r *rig) url() string { return "redis://" + r.address + "/0" }

// in runs a command in the lab.
func (r *rig) in(argv ...string) string {
	r.t.Helper()
	out, err := r.lab.Run(r.t.Context(), "root", argv...)
	if err != nil {
		r.t.Fatalf("%v: %v", argv, err)
	}
	return strings.TrimSpace(string(out))
}

func (r *rig) sh(script string) string { r.t.Helper(); return r.in("/bin/sh", "-c", script) }

func (r *rig) start() {
	r.t.Helper()
	r.in(r.args...)
	r.until("it answers", func() bool { return r.admin.Ping(r.t.Context()).Err() == nil })
}

// kill ends the server by a signal and waits until it is gone.
func (r *rig) kill(signal string) {
	r.t.Helper()
	pid := r.sh("cat " + r.dir() + "/pid")
	r.in("kill", "-"+signal, pid)
	r.until("it is gone", func() bool {
		_, err := r.lab.Run(r.t.Context(), "root", "kill", "-0", pid)
		return err != nil
	})
}

// signal sends one that does not end the server.
func (r *rig) signal(signal string) {
	r.t.Helper()
	r.sh("kill -" + signal + " $(cat " + r.dir() + "/pid)")
}

func (r *rig) set(name, value string) {
	r.t.Helper()
	must(r.t, r.admin.ConfigSet(r.t.Context(), name, value).Err())
}

func (r *rig) until(what string, done func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// content is everything that is kept, to see whether anything of a refused call is.
func (r *rig) content() map[string]any {
	r.t.Helper()
	all := map[string]any{}
	for key := range r.dumps() {
		kind, err := r.admin.Type(r.t.Context(), key).Result()
		must(r.t, err)
		read := map[string][]any{
			"string": {"get", key}, "hash": {"hgetall", key}, "zset": {"zrange", key, 0, -1, "withscores"}, "stream": {"xrange", key, "-", "+"},
			"list": {"lrange", key, 0, -1}, "set": {"smembers", key},
		}[kind]
		all[key], err = r.admin.Do(r.t.Context(), read...).Result()
		must(r.t, err)
	}
	return all
}

// dumps is everything that is kept, to bring it back.
func (r *rig) dumps() map[string]string {
	r.t.Helper()
	all := map[string]string{}
	keys, err := r.admin.Keys(r.t.Context(), "*").Result()
	must(r.t, err)
	for _, k := range keys {
		dump, err := r.admin.Dump(r.t.Context(), k).Result()
		must(r.t, err)
		all[k] = dump
	}
	return all
}

// restore brings back what there was, and nothing else.
func (r *rig) restore(dumps map[string]string) {
	r.t.Helper()
	_, err := r.admin.TxPipelined(r.t.Context(), func(p redis.Pipeliner) error {
		p.FlushAll(r.t.Context())
		for key, dump := range dumps {
			p.Restore(r.t.Context(), key, 0, dump)
		}
		return nil
	})
	must(r.t, err)
}

// middle stands between a store and its Redis.
type middle struct {
	listener net.Listener
	target   atomic.Pointer[string]
	delay    atomic.Int64 // of each piece that comes back
	cut      atomic.Int64 // how many connections more are cut when the first answer comes after it was asked for
	cutAfter atomic.Value // the text that a request must have for that
	all      sync.WaitGroup
}

func newMiddle(t *testing.T, target string) *middle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	m := &middle{listener: l}
	m.target.Store(&target)
	m.cutAfter.Store("")
	m.all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			m.all.Go(func() { m.carry(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); m.all.Wait() })
	return m
}

func (m *middle) url() string { return "redis://" + m.listener.Addr().String() + "/0" }

func (m *middle) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", *m.target.Load())
	if err != nil {
		return
	}
	defer far.Close()
	var doomed atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := near.Read(buffer)
			if err != nil {
				return
			}
			if word := m.cutAfter.Load().(string); word != "" && strings.Contains(string(buffer[:n]), word) && m.cut.Add(-1) >= 0 {
				doomed.Store(true)
			}
			if _, err := far.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := far.Read(buffer)
		if err != nil || doomed.Load() {
			break // the request has been done, its answer is lost
		}
		time.Sleep(time.Duration(m.delay.Load()))
		if _, err := near.Write(buffer[:n]); err != nil {
			break
		}
	}
	near.Close()
	<-done
}

// refused tries everything that writes and everything that reads, and wants of all the same kind of fault, with the host to blame.
func refused(t *testing.T, s *store.Store, sch store.Scheduler, job store.Job, what string, kind fault.Kind) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, create := s.Create(ctx, sch.UID, []store.Creation{{Job: newJob(sch, scheduler.Job{})}}, time.Now())
	_, commit := s.Commit(ctx, sch.UID, change(job.ID, job.Revision, store.JobStatus{State: scheduler.Running}))
	for verb, err := range map[string]error{
		"create": create, "commit": commit,
		"health": s.SetHealth(ctx, sch.UID, 0, store.Health{Heard: time.Now()}),
		"hook":   s.SetHookCursor(ctx, sch.UID, "h", 0, 1, []store.Letter{{ID: "1"}}),
	} {
		wantKind(t, what+": "+verb, err, kind)
		if fault.Blame(err) != fault.Host {
			t.Errorf("%s: %s blames %s", what, verb, fault.Blame(err))
		}
	}
}
