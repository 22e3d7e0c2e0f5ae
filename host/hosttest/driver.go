package hosttest

import (
	"context"
	"io"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// settings are what a scheduler of a pool may be configured with: what [host.Host.CreateCondorScheduler] writes, so that a pool can stand in for a real one. Nothing
// of it matters.
type settings struct {
	Host                 string        `oceanid:"host,optional" doc:"Has no effect."`
	Username             string        `oceanid:"username,optional" doc:"Has no effect."`
	Password             sdk.Secret    `oceanid:"password,optional" doc:"Has no effect."`
	PrivateKeyPath       string        `oceanid:"private_key_path,optional" doc:"Has no effect."`
	PrivateKeyPassphrase sdk.Secret    `oceanid:"private_key_passphrase,optional" doc:"Has no effect."`
	Port                 int           `oceanid:"port,optional" doc:"Has no effect."`
	Timeout              time.Duration `oceanid:"timeout,optional" doc:"Has no effect."`
}

// Driver makes a driver for the pool that calls itself name, for [With]: "condor" stands in for HTCondor. Its schedulers take the options of
// [host.CondorConfig], none of which is required or has an effect. All its schedulers are on this one pool.
func (p *Pool) Driver(name string) sdk.Plugin {
	return sdk.Scheduler(name, "1.0.0", func(context.Context, settings, sdk.Env) (*driver, error) {
		return &driver{p}, nil
	}).Doc("A pool in memory, for tests.")
}

// driver is a pool as a host sees it.
type driver struct{ pool *Pool }

var (
	_ scheduler.Driver      = (*driver)(nil)
	_ scheduler.Watcher     = (*driver)(nil)
	_ scheduler.Holder      = (*driver)(nil)
	_ scheduler.Uploader    = (*driver)(nil)
	_ scheduler.Downloader  = (*driver)(nil)
	_ scheduler.LogStreamer = (*driver)(nil)
	_ scheduler.Prober      = (*driver)(nil)

	_ scheduler.OptionTaker    = (*driver)(nil)
	_ scheduler.Batcher        = (*driver)(nil)
	_ scheduler.WorkflowRunner = (*driver)(nil)
	_ scheduler.Suspender      = (*driver)(nil)
	_ scheduler.Remover        = (*driver)(nil)
	_ scheduler.Finder         = (*driver)(nil)
	_ scheduler.Explainer      = (*driver)(nil)
	_ scheduler.Inspector      = (*driver)(nil)
)

func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	p := d.pool
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	return p.submit(&entry{job: job})
}

// submit takes a job or workflow in, and plays it if there is a model.
func (p *Pool) submit(e *entry) (scheduler.ID, error) {
	taken, model, err := p.take(e)
	if err != nil {
		return "", err
	}
	if taken && model != nil {
		p.perform(e, model)
	}
	return native(e.job.Token), nil
}

// take takes a job in, unless it is refused or there already.
func (p *Pool) take(e *entry) (taken bool, model func(Task) Result, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.jobs[e.job.Token] != nil:
		return false, nil, nil
	case p.barred[e.job.Token]:
		return false, nil, fault.Conflict.New("the job was cancelled before it came, or has been removed")
	case len(p.refusals) > 0:
		err := p.refusals[0]
		p.refusals = p.refusals[1:]
		return false, nil, err
	}
	p.add(e)
	return true, p.model, nil
}

func (d *driver) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	for _, s := range d.pool.standing(q.Jobs) {
		if err := yield(s); err != nil {
			return err
		}
	}
	return nil
}

// standing tells how jobs stand.
func (p *Pool) standing(jobs []scheduler.Ref) (all []scheduler.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ref := range jobs {
		e := p.jobs[ref.Token]
		if e == nil {
			all = append(all, scheduler.Status{ID: ref.ID, Token: ref.Token, Count: ref.Tasks, State: scheduler.Lost, Reason: "the pool does not know it"})
			continue
		}
		for _, t := range e.tasks {
			all = append(all, t.status)
		}
	}
	return all
}

func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	return d.pool.request(ctx, jobs, func(e *entry) {
		d.pool.move(e, e.living(nil), scheduler.Status{State: scheduler.Cancelled, Reason: "cancelled by request"})
	}, func(token string) { d.pool.barred[token] = true })
}

func (d *driver) Hold(ctx context.Context, jobs []scheduler.Ref) error {
	return d.pool.request(ctx, jobs, func(e *entry) {
		d.pool.move(e, e.in(scheduler.Queued), scheduler.Status{State: scheduler.Held, Reason: "held by request"})
	}, nil)
}

func (d *driver) Release(ctx context.Context, jobs []scheduler.Ref) error {
	return d.pool.request(ctx, jobs, func(e *entry) {
		d.pool.move(e, e.in(scheduler.Held), scheduler.Status{State: scheduler.Queued})
	}, nil)
}

// request does something to each of the jobs that is there, and something else for one that is not.
func (p *Pool) request(ctx context.Context, jobs []scheduler.Ref, do func(*entry), without func(token string)) error {
	if err := p.enter(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ref := range jobs {
		if e := p.jobs[ref.Token]; e != nil {
			do(e)
		} else if without != nil {
			without(ref.Token)
		}
	}
	return nil
}

// in are the tasks in a state.
func (e *entry) in(s scheduler.State) (tasks []int) {
	for i, t := range e.tasks {
		if t.status.State == s {
			tasks = append(tasks, i)
		}
	}
	return tasks
}

func (d *driver) Probe(ctx context.Context, report func(scheduler.Check)) error {
	err := d.pool.enter(ctx)
	if err != nil {
		report(scheduler.Check{Name: "connect", Text: err.Error()})
		return err
	}
	report(scheduler.Check{Name: "connect", OK: true, Text: "a pool in memory"})
	return nil
}

func (d *driver) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	if err := d.pool.enter(ctx); err != nil {
		return err
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	if d.pool.inputs[token] == nil {
		d.pool.inputs[token] = map[string][]byte{}
	}
	d.pool.inputs[token][in.Name] = content
	return nil
}
