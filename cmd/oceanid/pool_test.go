package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// canary is the password of every account in these tests. It must turn up nowhere.
const canary = "c4n4ry-Pa55word"

// pool is a computing pool in memory. It outlives the commands that speak to it. What becomes of a job its command says: succeed, fail, vanish, be mixed, or
// anything else to run until somebody cancels it.
type pool struct {
	mu     sync.Mutex
	more   *sync.Cond
	jobs   map[string]scheduler.Job // by token
	inputs map[string]string        // token/name
	events []scheduler.Status
	away   bool
	// pondering tells of a submission that does not come to an end.
	pondering chan struct{}
}

func newPool() *pool {
	p := &pool{jobs: map[string]scheduler.Job{}, inputs: map[string]string{}, pondering: make(chan struct{}, 1)}
	p.more = sync.NewCond(&p.mu)
	return p
}

// epoch is when everything happens at the pool.
func epoch() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC) }

// leave makes the pool answer nothing any more.
func (p *pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
}

func (p *pool) answer() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return fault.Unavailable.New("connect pool.example.org: refused")
	}
	return nil
}

// tell is news of a job.
func (p *pool) tell(token string, s scheduler.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.ID, s.Token = scheduler.ID("native-"+fmt.Sprint(len(p.jobs))), token
	for _, e := range p.events {
		if e.Token == token {
			s.ID = e.ID
		}
	}
	p.events = append(p.events, s)
	p.more.Broadcast()
}

// play tells how a job goes.
func (p *pool) play(job scheduler.Job) {
	n, t := job.Tasks(), epoch()
	p.tell(job.Token, scheduler.Status{Count: n, State: scheduler.Running, Node: "node1", Time: t})
	end := func(first, count int, s scheduler.Status) {
		s.Task, s.Count, s.Node, s.Time = first, count, "node1", t.Add(90*time.Second)
		p.tell(job.Token, s)
	}
	succeeded := scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}}
	failed := scheduler.Status{State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}}
	switch job.Command {
	case "succeed":
		end(0, n, succeeded)
	case "fail":
		end(0, n, failed)
	case "vanish":
		end(0, n, scheduler.Status{State: scheduler.Lost, Reason: "the pool does not know it any more"})
	case "mixed":
		end(0, n-3, succeeded)
		end(n-3, 1, scheduler.Status{State: scheduler.Failed, Reason: "killed \x1b[31mred\x1b[0m \x1b]0;evil title\x07by\nsignal 9", Exit: &scheduler.Exit{Signal: 9}})
		p.tell(job.Token, scheduler.Status{Task: n - 2, State: scheduler.Held, Reason: "no space left", Native: "12:28", Time: t})
	}
}

type account struct {
	Host     string     `oceanid:"host" doc:"Where the pool is."`
	Password sdk.Secret `oceanid:"password,optional" doc:"Password of the account."`
	Port     int        `oceanid:"port,default=22" doc:"Port of the pool."`
	Mode     string     `oceanid:"mode,one_of=slow|fast,default=fast" doc:"How much it hurries."`
	Transfer *transfer  `oceanid:"transfer,block,optional"`
}

type transfer struct {
	Chunk int `oceanid:"chunk,optional" doc:"Bytes at once."`
}

func (c account) Validate() error {
	if c.Host == "hangup.example.org" {
		return syscall.Kill(os.Getpid(), syscall.SIGHUP)
	}
	if c.Host == "nowhere" {
		return sdk.Invalid("host", "no such host")
	}
	return nil
}

// driver speaks to the pool.
type driver struct {
	*pool
	config account
}

func (p *pool) plugin() sdk.Plugin {
	return sdk.Scheduler("memory", "1.2.3", func(_ context.Context, c account, _ sdk.Env) (*driver, error) {
		return &driver{p, c}, nil
	}).Doc("A pool in memory.")
}

func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	if err := d.answer(); err != nil {
		return "", err
	}
	switch job.Command {
	case "forbidden":
		return "", fault.Denied.New("%s may not do that", job.User)
	case "ponder":
		d.pondering <- struct{}{}
		<-ctx.Done()
		return "", ctx.Err()
	}
	d.mu.Lock()
	_, known := d.jobs[job.Token]
	d.jobs[job.Token] = job
	d.mu.Unlock()
	if !known {
		d.play(job)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.events, func(s scheduler.Status) bool { return s.Token == job.Token })
	return d.events[i].ID, nil
}

func (d *driver) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if err := d.answer(); err != nil {
		return err
	}
	d.mu.Lock()
	events := slices.Clone(d.events)
	d.mu.Unlock()
	for _, ref := range q.Jobs {
		for _, s := range standing(events, ref) {
			if err := yield(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing is what a pool says of a job that is asked about it: of one task with its beginning, for which its end has no word, of several how each stands.
func standing(events []scheduler.Status, ref scheduler.Ref) (all []scheduler.Status) {
	events = slices.DeleteFunc(slices.Clone(events), func(s scheduler.Status) bool { return s.Token != ref.Token })
	if n := len(events); n == 0 || events[n-1].State == scheduler.Lost {
		return events[max(n-1, 0):]
	}
	if ref.Tasks == 1 {
		return events
	}
	for task := range ref.Tasks {
		for _, s := range slices.Backward(events) {
			if s.Task <= task && task < s.Task+max(s.Count, 1) {
				s.Task, s.Count = task, 1
				all = append(all, s)
				break
			}
		}
	}
	return all
}

func (d *driver) Cancel(_ context.Context, jobs []scheduler.Ref) error {
	for _, ref := range jobs {
		d.tell(ref.Token, scheduler.Status{Count: ref.Tasks, State: scheduler.Cancelled, Reason: "removed"})
	}
	return nil
}

func (d *driver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	defer context.AfterFunc(ctx, func() { d.mu.Lock(); defer d.mu.Unlock(); d.more.Broadcast() })()
	next := 0
	fmt.Sscan(string(from), &next)
	for {
		d.mu.Lock()
		for next >= len(d.events) && ctx.Err() == nil {
			d.more.Wait()
		}
		if ctx.Err() != nil {
			d.mu.Unlock()
			return ctx.Err()
		}
		e := d.events[next]
		d.mu.Unlock()
		next++
		if err := yield(scheduler.Event{Status: e, Cursor: scheduler.Cursor(fmt.Sprint(next))}); err != nil {
			return err
		}
	}
}

func (d *driver) Logs(_ context.Context, _ scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	text := fmt.Sprintf("%s of task %d\nthe \x1b[1mend\x1b[0m", o.Stream, o.Task)
	_, err := io.WriteString(w, text[min(int(o.Offset), len(text)):])
	return err
}

func (d *driver) Upload(_ context.Context, token string, in scheduler.Input, r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inputs[token+"/"+in.Name] = b.String()
	return nil
}

func (d *driver) Download(_ context.Context, job scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	for task := range job.Tasks {
		if len(q.Tasks) > 0 && !slices.Contains(q.Tasks, task) {
			continue
		}
		text := strings.Repeat("x", 1024*(task+1))
		if err := yield(scheduler.File{Task: task, Path: "out/r.txt", Mode: 0o640, Size: int64(len(text))}, strings.NewReader(text)); err != nil {
			return err
		}
	}
	if slices.Contains(q.Paths, "evil") {
		return fault.Denied.New("output %q is a link", "evil")
	}
	return nil
}

func (d *driver) Probe(_ context.Context, report func(scheduler.Check)) error {
	report(scheduler.Check{Name: "connect", OK: true, Text: fmt.Sprintf("%s:%d", d.config.Host, d.config.Port)})
	if d.config.Password != canary {
		report(scheduler.Check{Name: "authenticate", Text: "wrong \x1b[2Jpassword"})
		return fault.Denied.New("%s: wrong password", d.config.Host)
	}
	report(scheduler.Check{Name: "authenticate", OK: true, Text: "as root"})
	return nil
}

var _ interface {
	scheduler.Driver
	scheduler.Watcher
	scheduler.LogStreamer
	scheduler.Uploader
	scheduler.Downloader
	scheduler.Prober
} = (*driver)(nil)

// submitted is the only job that the pool has of a command.
func (p *pool) submitted(t *testing.T, command string) scheduler.Job {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if j.Command == command {
			return j
		}
	}
	t.Fatalf("the pool has no job with the command %q", command)
	return scheduler.Job{}
}
