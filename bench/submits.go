package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// submitRows measure what it takes until a job is at the pool: a host with its durable intent and its driver over SSH, beside HTCondor's own tools on the
// access point itself.
func submitRows() []row {
	return []row{
		{name: "condor: one submit", peer: "condor_submit", goal: 1.2, rounds: 30, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			p, err := startQueue(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return p.submits(1, 1), p.runs("condor_submit -terse job.sub"), p.stop, nil
		}},
		{name: "condor: 1000 submits, a job", peer: "condor_submit each", goal: 1. / 40, rounds: 3, unit: "ms", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			return eachOf(ctx, 100, "i=0; while [ $i -lt 100 ]; do condor_submit -terse job.sub || exit 1; i=$((i+1)); done")
		}},
		{name: "condor: 1000 submits, a job", peer: "htcondor2's Schedd.submit each", goal: 1. / 4, rounds: 3, unit: "ms", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			return eachOf(ctx, 1000, "/usr/bin/python3 submit.py 1000")
		}},
		{name: "condor: array of 10000", peer: "condor_submit queue 10000", most: 0.06, rounds: 3, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			p, err := startQueue(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			// The schedd that has been given 10 000 jobs at once is slow for a while: the peer has one of its own.
			other, err := startQueue(ctx)
			if err != nil {
				p.stop()
				return nil, nil, nil, err
			}
			return p.array(10_000), other.runs("condor_submit -terse array.sub"), func() { p.stop(); other.stop() }, nil
		}},
		{name: "condor: array of 1000000", peer: "an array of one, by us", goal: 2, rounds: 5, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			p, err := startQueue(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return p.array(1_000_000), p.array(1), p.stop, nil
		}},
	}
}

// startQueue starts a pool in which nothing runs, with the peer's files in place, and a driver that is connected.
func startQueue(ctx context.Context) (*pool, error) {
	p, err := startPool(ctx, idlePool, nil)
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{
		"job.sub":   "universe = vanilla\nexecutable = /bin/true\nlog = job.log\nqueue\n",
		"array.sub": "universe = vanilla\nexecutable = /bin/true\nlog = array.log\nqueue 10000\n",
		"submit.py": `import sys, htcondor2
schedd = htcondor2.Schedd()
for i in range(int(sys.argv[1])):
    schedd.submit(htcondor2.Submit({"executable": "/bin/true", "log": "job.log"}))
`,
	} {
		if err := p.put(ctx, name, text); err != nil {
			p.stop()
			return nil, err
		}
	}
	return p, nil
}

// submits submits n jobs from so many goroutines.
func (p *pool) submits(n, goroutines int) func(context.Context) error {
	return func(ctx context.Context) error { return submitMany(ctx, p.on, n, goroutines) }
}

func submitMany(ctx context.Context, on *host.Scheduler, n, goroutines int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(goroutines)
	for range n {
		g.Go(func() error {
			job, err := on.Submit(ctx, scheduler.Job{Command: "/bin/true"})
			if err == nil && job.State != scheduler.Queued {
				err = fmt.Errorf("job %s is %s: %s", job.ID, job.State, job.Reason)
			}
			return err
		})
	}
	return g.Wait()
}

func (p *pool) array(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := p.on.Submit(ctx, scheduler.Job{Command: "/bin/true", Array: &scheduler.Array{Count: n}})
		return err
	}
}

// eachOf measures what one of a thousand jobs takes, submitted from 50 goroutines, beside a script that submits n; both in ms.
func eachOf(ctx context.Context, n int, script string) (ours, peer sample, stop func(), err error) {
	p, err := startQueue(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	const many = 1000
	ours = each(many, p.submits(many, 50))
	return ours, each(n, p.runs(script)), p.stop, nil
}

// each is what one of n takes, in ms.
func each(n int, f func(context.Context) error) sample {
	return func(ctx context.Context) (float64, error) {
		begin := time.Now()
		err := f(ctx)
		return time.Since(begin).Seconds() * 1000 / float64(n), err
	}
}
