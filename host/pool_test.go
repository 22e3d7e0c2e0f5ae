package host_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pool is a computing pool in memory. It outlives hosts and drivers, as a real one does; a test moves its jobs.
type pool struct {
	mu      sync.Mutex
	more    *sync.Cond
	jobs    map[string]scheduler.Job // by token
	submits map[string]int           // how often a token was handed over and not found
	inputs  map[string]string        // token/name
	events  []scheduler.Status
	cancels []string
	// trouble, where it is not nil, is what Submit answers before it does anything, and after is the same after it did.
	trouble, after func(scheduler.Job) error
	polled         bool // the driver tells no events
	// away, where it is not nil, is what everything but Submit answers; spoilt is what the next downloads answer, one each; named is what Submit answers in place
	// of the job's identifier.
	away           error
	spoilt         []error
	named          func(scheduler.ID) scheduler.ID
	opened, closed int // instances of the driver
}

func newPool() *pool {
	p := &pool{jobs: map[string]scheduler.Job{}, submits: map[string]int{}, inputs: map[string]string{}}
	p.more = sync.NewCond(&p.mu)
	return p
}

// move tells that tasks came into a state.
func (p *pool) move(s scheduler.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.ID = scheduler.ID("native-" + s.Token)
	p.events = append(p.events, s)
	p.more.Broadcast()
}

// doubles are the tokens that were submitted more than once.
func (p *pool) doubles() (tokens []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t, n := range p.submits {
		if n > 1 {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

func (p *pool) setTrouble(f func(scheduler.Job) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = f
}

// poolConfig is the driver's configuration.
type poolConfig struct {
	Host     string     `oceanid:"host" doc:"Where the pool is."`
	Password sdk.Secret `oceanid:"password,optional" doc:"Password of the account."`
	Port     int        `oceanid:"port,default=22" doc:"Port of the pool."`
}

func (c poolConfig) Validate() error {
	if c.Host == "nowhere" {
		return sdk.Invalid("host", "no such host")
	}
	return nil
}

// gone takes the pool out of reach, for that reason, or puts it back (nil).
func (p *pool) gone(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = why
	p.more.Broadcast()
}

func (p *pool) reachable() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

// plugin makes a driver for the pool; a polled pool gets one that tells no events.
func (p *pool) plugin(name string) sdk.Plugin {
	if p.polled {
		return sdk.Scheduler(name, "1.0.0", func(_ context.Context, c poolConfig, _ sdk.Env) (*polledDriver, error) {
			if strings.HasPrefix(c.Password.Reveal(), "short") {
				return nil, sdk.Invalid("password", "%q is too short", c.Password.Reveal())
			}
			return p.open(c), nil
		})
	}
	return sdk.Scheduler(name, "1.0.0", func(_ context.Context, c poolConfig, _ sdk.Env) (*poolDriver, error) {
		return &poolDriver{*p.open(c)}, nil
	})
}

func (p *pool) open(c poolConfig) *polledDriver {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened++
	return &polledDriver{p, c}
}

func (d *polledDriver) Close() error {
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	d.pool.closed++
	return nil
}

// left is how many instances of the driver are open.
func (p *pool) left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened - p.closed
}

// polledDriver is what a driver must have, with files and logs; poolDriver tells events besides.
type polledDriver struct {
	pool   *pool
	config poolConfig
}

type poolDriver struct{ polledDriver }

func (d *polledDriver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	p := d.pool
	p.mu.Lock()
	trouble, after := p.trouble, p.after
	p.mu.Unlock()
	if trouble != nil {
		if err := trouble(job); err != nil {
			return "", err
		}
	}
	p.mu.Lock()
	if _, known := p.jobs[job.Token]; !known {
		p.jobs[job.Token] = job
		p.submits[job.Token]++
	}
	p.mu.Unlock()
	if after != nil {
		if err := after(job); err != nil {
			return "", err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.named != nil {
		return p.named(scheduler.ID("native-" + job.Token)), nil
	}
	return scheduler.ID("native-" + job.Token), nil
}

func (d *polledDriver) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if err := d.pool.reachable(); err != nil {
		return err
	}
	d.pool.mu.Lock()
	known := maps.Clone(d.pool.jobs)
	events := slices.Clone(d.pool.events)
	d.pool.mu.Unlock()
	for _, ref := range q.Jobs {
		if _, ok := known[ref.Token]; !ok {
			if err := yield(scheduler.Status{ID: ref.ID, Token: ref.Token, Count: ref.Tasks, State: scheduler.Lost, Reason: "the pool does not know it"}); err != nil {
				return err
			}
			continue
		}
		for _, e := range events {
			if e.Token == ref.Token {
				if err := yield(e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *polledDriver) Cancel(_ context.Context, jobs []scheduler.Ref) error {
	for _, ref := range jobs {
		d.pool.mu.Lock()
		d.pool.cancels = append(d.pool.cancels, ref.Token)
		_, known := d.pool.jobs[ref.Token]
		d.pool.mu.Unlock()
		if known {
			d.pool.move(scheduler.Status{Token: ref.Token, Count: ref.Tasks, State: scheduler.Cancelled, Reason: "removed"})
		}
	}
	return nil
}

func (d *poolDriver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	p := d.pool
	defer context.AfterFunc(ctx, func() { p.mu.Lock(); defer p.mu.Unlock(); p.more.Broadcast() })()
	next := 0
	fmt.Sscan(string(from), &next)
	for {
		p.mu.Lock()
		for next >= len(p.events) && ctx.Err() == nil && p.away == nil {
			p.more.Wait()
		}
		if ctx.Err() != nil {
			p.mu.Unlock()
			return ctx.Err()
		}
		if p.away != nil {
			defer p.mu.Unlock()
			return p.away
		}
		e := p.events[next]
		p.mu.Unlock()
		next++
		if err := yield(scheduler.Event{Status: e, Cursor: scheduler.Cursor(fmt.Sprint(next))}); err != nil {
			return err
		}
	}
}

func (d *polledDriver) Logs(_ context.Context, job scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s of task %d", o.Stream, o.Task)
	return err
}

func (d *polledDriver) Upload(_ context.Context, token string, in scheduler.Input, r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	d.pool.inputs[token+"/"+in.Name] = b.String()
	return nil
}

func (d *polledDriver) Download(_ context.Context, job scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	p := d.pool
	p.mu.Lock()
	if len(p.spoilt) > 0 {
		defer p.mu.Unlock()
		err := p.spoilt[0]
		p.spoilt = p.spoilt[1:]
		return err
	}
	p.mu.Unlock()
	for task := range job.Tasks {
		text := fmt.Sprintf("result %d", task)
		if err := yield(scheduler.File{Task: task, Path: "out/r.txt", Mode: 0o640, Size: int64(len(text))}, strings.NewReader(text)); err != nil {
			return err
		}
	}
	if job.Tasks == 2 {
		return fault.Denied.New("output %q is a link", "evil")
	}
	return nil
}

func (d *polledDriver) Probe(_ context.Context, report func(scheduler.Check)) error {
	if d.config.Password != "opensesame" {
		report(scheduler.Check{Name: "authenticate", Text: "wrong password"})
		return fault.Denied.New("%s: wrong password", d.config.Host)
	}
	report(scheduler.Check{Name: "authenticate", OK: true, Text: "as root"})
	return nil
}
