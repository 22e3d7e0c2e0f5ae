package drivertest_test

import (
	"fmt"
	"net"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pool really runs processes, and lives in the test: whatever becomes of a driver's process, its jobs go on. Drivers reach it through a socket, with net/rpc, and
// find the files of its jobs in its folder.
type pool struct {
	dir string

	mu      sync.Mutex
	changed *sync.Cond // of mu: there is another event
	jobs    map[string]*poolJob
	order   []*poolJob
	events  []scheduler.Status
	free    int
	closed  bool
	running sync.WaitGroup
}

// cycle is how long a job waits at least.
const cycle = 200 * time.Millisecond

// poolJob is a job or a workflow: its tasks, in order.
type poolJob struct {
	token string
	came  time.Time
	tasks []*poolTask
}

type poolTask struct {
	job    scheduler.Job // of the node that it belongs to
	index  int           // in the node's array
	after  map[int]string
	status scheduler.Status
	ripe   bool // it has waited for a cycle
	cancel bool
	kill   func()
	signal func(syscall.Signal)
}

// room is how many tasks a pool runs at once: not so many that the suite could not fill it.
const room = 100

// startPool starts a pool for a test and ends it with the test.
func startPool(t *testing.T, slots int) *pool {
	t.Helper()
	// A socket's path must be short.
	dir, err := os.MkdirTemp("/tmp", "pool")
	if err != nil {
		t.Fatal(err)
	}
	p := &pool{dir: dir, free: slots, jobs: map[string]*poolJob{}}
	p.changed = sync.NewCond(&p.mu)
	server := rpc.NewServer()
	if err := server.RegisterName("Pool", &poolService{p}); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", p.socket())
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { server.ServeConn(conn) })
		}
	})
	t.Cleanup(func() {
		p.close()
		_ = listener.Close()
		serving.Wait()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *pool) socket() string { return filepath.Join(p.dir, "socket") }

// close ends everything that runs.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	for _, j := range p.jobs {
		p.cancelJob(j)
	}
	p.changed.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}

// add takes a workflow, or knows it already by its token, if it is not blind. A job is a workflow of one node.
func (p *pool) add(token string, nodes []scheduler.Node, blind bool) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.jobs[token] == nil || blind {
		j := &poolJob{token: token, came: time.Now()}
		place := map[string][]int{}
		for _, n := range nodes {
			after := map[int]string{}
			for _, name := range n.After {
				for _, i := range place[name] {
					after[i] = name
				}
			}
			for i := range n.Job.Tasks() {
				place[n.Name] = append(place[n.Name], len(j.tasks))
				status := scheduler.Status{ID: idOf(token), Token: token, Task: len(j.tasks), Count: 1}
				if p.jobs[token] != nil {
					status.ID += scheduler.ID(fmt.Sprintf("-again-%d", len(p.order)))
				}
				j.tasks = append(j.tasks, &poolTask{job: n.Job, index: i, after: after, status: status})
			}
		}
		p.jobs[token] = j
		p.order = append(p.order, j)
		for _, t := range j.tasks {
			p.tell(t, scheduler.Queued, "", nil)
		}
		// As pools do, it looks at what is new a little later.
		p.running.Go(func() {
			time.Sleep(cycle)
			p.mu.Lock()
			defer p.mu.Unlock()
			for _, t := range j.tasks {
				t.ripe = true
			}
			p.advance()
		})
	}
	return string(p.jobs[token].tasks[0].status.ID)
}

func idOf(token string) scheduler.ID { return scheduler.ID("pool-" + token) }

// tell changes a task's state; p.mu is held.
func (p *pool) tell(t *poolTask, state scheduler.State, reason string, exit *scheduler.Exit) {
	t.status.State, t.status.Reason, t.status.Exit, t.status.Time = state, reason, exit, time.Now().UTC()
	p.events = append(p.events, t.status)
	p.changed.Broadcast()
}

// advance begins what can begin, and cancels what never can; p.mu is held.
func (p *pool) advance() {
	for again := true; again; {
		again = false
		for _, j := range p.order {
			for _, t := range j.tasks {
				if t.status.State != scheduler.Queued {
					continue
				}
				broken, ready := j.before(t)
				switch {
				case t.cancel:
					p.tell(t, scheduler.Cancelled, "cancelled before it began", nil)
				case broken != "":
					p.tell(t, scheduler.Cancelled, fmt.Sprintf("node %q did not succeed", broken), nil)
					again = true
				case ready && t.ripe && p.free > 0 && !p.closed:
					p.free--
					p.tell(t, scheduler.Running, "", nil)
					p.running.Go(func() { p.run(j, t) })
				}
			}
		}
	}
}

// before tells whether all tasks that a task comes after have succeeded, and which node has not.
func (j *poolJob) before(t *poolTask) (broken string, ready bool) {
	ready = true
	for i, name := range t.after {
		switch state := j.tasks[i].status.State; {
		case state == scheduler.Succeeded:
		case state.Terminal():
			return name, false
		default:
			ready = false
		}
	}
	return "", ready
}

// cancelJob ends all tasks of a job; p.mu is held.
func (p *pool) cancelJob(j *poolJob) {
	for _, t := range j.tasks {
		t.cancel = true
		switch {
		case t.status.State == scheduler.Held:
			p.tell(t, scheduler.Cancelled, "cancelled while it was held", nil)
		case (t.status.State == scheduler.Running || t.status.State == scheduler.Suspended) && t.kill != nil:
			t.kill()
		}
	}
	p.advance()
}

// workDir is where a task runs; its outputs to the two streams lie beside it.
func workDir(dir, token string, task int) string {
	return filepath.Join(dir, "jobs", token, fmt.Sprint(task), "work")
}

// uploads is where a driver puts the inputs of a job.
func uploads(dir, token string) string { return filepath.Join(dir, "uploads", token) }

func lookFor(name string, env []string) string {
	for _, pair := range env {
		path, ok := strings.CutPrefix(pair, "PATH=")
		for dir := range strings.SplitSeq(path, ":") {
			full := filepath.Join(dir, name)
			if info, err := os.Stat(full); ok && err == nil && info.Mode().Perm()&0o111 != 0 {
				return full
			}
		}
	}
	return name
}
