package host_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// scythe stands between a portal and its Redis, and kills the portal at one of the changes that come through, each of which is a script: before Redis gets it, or when
// Redis has done it and the portal does not know.
type scythe struct {
	listener net.Listener
	target   string
	from     string // changes are counted from the first one that holds this text
	at       int64
	after    bool
	kill     func()

	armed atomic.Bool
	count atomic.Int64
	what  atomic.Value // the change at which it was done
	all   sync.WaitGroup
}

func newScythe(t *testing.T, target, from string, at int, after bool) *scythe {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scythe{listener: l, target: target, from: from, at: int64(at), after: after}
	s.what.Store("")
	t.Cleanup(func() { l.Close(); s.all.Wait() })
	return s
}

// serve carries until the listener is closed.
func (s *scythe) serve(kill func()) {
	s.kill = kill
	s.all.Go(func() {
		for {
			near, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.all.Go(func() { s.carry(near) })
		}
	})
}

func (s *scythe) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", s.target)
	if err != nil {
		return
	}
	defer far.Close()
	var doomed atomic.Bool
	s.all.Go(func() {
		defer far.Close()
		for buffer := make([]byte, 256<<10); ; {
			n, err := near.Read(buffer)
			if err != nil {
				return
			}
			request := string(buffer[:n])
			change := strings.Contains(request, "evalsha")
			if change && strings.Contains(request, s.from) {
				s.armed.Store(true)
			}
			if change && s.armed.Load() && s.count.Add(1) == s.at {
				s.what.Store(fmt.Sprintf("%.300q", request))
				if !s.after {
					s.kill()
					return
				}
				doomed.Store(true)
			}
			if _, err := far.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	for buffer := make([]byte, 256<<10); ; {
		n, err := far.Read(buffer)
		if doomed.Load() {
			s.kill()
			return
		}
		if err != nil {
			return
		}
		if _, err := near.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// behind is the configuration of a portal of the fleet whose Redis is behind the scythe.
func (s *scythe) behind(t *testing.T, redis, pool string) string {
	t.Helper()
	u, err := url.Parse(redis)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = s.listener.Addr().String()
	return config(t, fleetConfig(u.String(), pool))
}

func fleetConfig(redis, pool string) string {
	return fmt.Sprintf("store {\n  address = %q\n  keeper  = \"base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=\"\n}\nscheduler \"folder\" \"Default\" {\n  host = %q\n}\n", redis, pool)
}

// reap runs a portal with these keys until the scythe takes it, and tells at what. A portal that comes through with all of them is killed then.
func (s *scythe) reap(t *testing.T, config string, keys ...string) (at string) {
	t.Helper()
	cmd, answers := start(t, config, "", keys...)
	var once sync.Once
	kill := func() { once.Do(func() { cmd.Process.Kill() }) }
	s.serve(kill)
	for n := 0; answers.Scan(); {
		if n++; n == len(keys) {
			// What it does when it has answered may be what the scythe waits for.
			time.AfterFunc(time.Second, kill)
		}
	}
	cmd.Wait()
	return cmp.Or(s.what.Load().(string), "the end")
}

// A portal is killed at each change of its store that a submission makes, from the one that makes the record on: before it is done, and after. A job whose record was
// made gets to the pool without anybody asking again, and who asks again gets the same job; one whose record was not made is made then. There never are two.
func TestAHostKilledAtEachStepOfSubmit(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Redis: true})
	pool := &folder{t.TempDir()}
	redis, err := url.Parse(l.Redis().URL)
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, "", host.Options{Config: config(t, fleetConfig(redis.String(), pool.dir)), Drivers: []sdk.Plugin{folderDriver()}})
	s, err := h.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	// Redis does not know a script before its first use; after this one does all that a submission changes.
	reach(t, submit(t, s, wish("first")), scheduler.Running)
	left := map[string]*host.Job{} // what each portal has left, by the key
	for step := 1; step <= 4; step++ {
		for _, done := range []bool{false, true} {
			key := fmt.Sprintf("change %d, done %t", step, done)
			reaper := newScythe(t, redis.Host, key, step, done)
			at := reaper.reap(t, reaper.behind(t, redis.String(), pool.dir), key)
			made, _, err := h.ListJobs(t.Context(), host.JobQuery{Name: key})
			if err != nil || len(made) > 1 || (len(made) == 1) != (step > 1 || done) {
				t.Fatalf("%s: killed at %s there are %d jobs, %v", key, at, len(made), err)
			}
			left[key] = nil
			if len(made) == 1 {
				left[key] = made[0]
			}
		}
	}
	for key, j := range left {
		if j != nil {
			reach(t, j, scheduler.Running)
		}
		again, err := s.Submit(t.Context(), wish(key))
		if err != nil || j != nil && again.ID != j.ID {
			t.Fatalf("%s: asked again: %+v, %v, and it was %+v", key, again, err, j)
		}
		reach(t, again, scheduler.Running)
		if n := pool.names(t)[key]; n != 1 {
			t.Errorf("%s: there are %d jobs at the pool", key, n)
		}
	}
}

// Portals that are killed at some change of their store in their first moments, while they take over what the ones before them have left, one after the other, and
// all with new wishes: 100 of them with OCEANID_SOAK.
func TestAHostKilledInRecovery(t *testing.T) {
	t.Parallel()
	lives := 5
	if os.Getenv("OCEANID_SOAK") != "" {
		lives = 100
	}
	l := lab.ForTest(t, lab.Options{Redis: true})
	pool := &folder{t.TempDir()}
	redis, err := url.Parse(l.Redis().URL)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("OCEANID_SOAK_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, seed))
	var keys []string
	for life := range lives {
		for i := range 3 {
			keys = append(keys, fmt.Sprintf("life-%d-%d", life, i))
		}
		reaper := newScythe(t, redis.Host, "", 1+chance.IntN(20), chance.IntN(2) == 0)
		t.Logf("life %d ended at %s", life, reaper.reap(t, reaper.behind(t, redis.String(), pool.dir), keys...))
	}
	h := open(t, "", host.Options{Config: config(t, fleetConfig(redis.String(), pool.dir)), Drivers: []sdk.Plugin{folderDriver()}})
	s, err := h.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		j, err := s.Submit(t.Context(), wish(key))
		if err != nil {
			t.Fatal(err)
		}
		reach(t, j, scheduler.Running)
	}
	names := pool.names(t)
	for _, key := range keys {
		if names[key] != 1 {
			t.Errorf("%s is at the pool %d times", key, names[key])
		}
	}
}
