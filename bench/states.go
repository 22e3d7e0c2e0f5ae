package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// stateRows measure what it takes to know where a job stands.
func stateRows() []row {
	return []row{
		{name: "condor: state of 1 in 30000, p99", peer: "condor_q JOB", most: 1, rounds: 3, unit: "ms", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			p, job, err := crowded(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			ours = func(ctx context.Context) (float64, error) { return p.read(ctx, job, 1000) }
			cluster, _, _ := strings.Cut(string(job.pool), ".")
			return ours, each(1, p.runs("condor_q "+cluster+" -af JobStatus")), p.stop, nil
		}},
		{name: "condor: questions in 10 s, 1000 readers", peer: "one reader", most: 1, rounds: 1, unit: "times", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			p, job, err := crowded(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			questions := func(readers int) sample {
				return func(ctx context.Context) (float64, error) {
					return grown(ctx, func() (float64, error) {
						for range 2 {
							if _, err := p.read(ctx, job, readers); err != nil {
								return 0, err
							}
						}
						return p.count("oceanid_driver_calls_total", map[string]string{"verb": "query"})
					})
				}
			}
			return questions(1000), questions(1), p.stop, nil
		}},
		{name: "condor: restart with 10000 jobs", peer: "condor_q -all", most: 3, rounds: 2, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			p, err := startQueue(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			if err := submitMany(ctx, p.on, 10_000, 50); err != nil {
				p.stop()
				return nil, nil, nil, err
			}
			return p.reconciles, p.runs("condor_q -all -af ClusterId ProcId JobStatus | wc -l"), p.stop, nil
		}},
	}
}

// subject is a job of which readers want to know the state.
type subject struct {
	id   string
	pool scheduler.ID
}

// crowded is a pool with 30 000 jobs of somebody else's in the queue, and one of ours.
func crowded(ctx context.Context) (*pool, subject, error) {
	p, err := startQueue(ctx)
	if err != nil {
		return nil, subject{}, err
	}
	if _, err := p.do("for i in 1 2 3; do condor_submit -terse array.sub || exit 1; done"); err != nil {
		p.stop()
		return nil, subject{}, err
	}
	job, err := p.on.Submit(ctx, scheduler.Job{Command: "/bin/true"})
	if err != nil {
		p.stop()
		return nil, subject{}, err
	}
	return p, subject{job.ID, job.PoolID}, nil
}

// read lets readers look at a job once a second, each at its own moment, for three seconds, and gives the 99th percentile of what a look took, in ms.
func (p *pool) read(ctx context.Context, job subject, readers int) (float64, error) {
	g, ctx := errgroup.WithContext(ctx)
	var mu sync.Mutex
	var took []time.Duration
	for range readers {
		g.Go(func() error {
			pause := time.NewTimer(rand.N(time.Second))
			defer pause.Stop()
			for range 3 {
				select {
				case <-pause.C:
					pause.Reset(time.Second)
				case <-ctx.Done():
					return ctx.Err()
				}
				begin := time.Now()
				now, err := p.host.GetJob(ctx, job.id)
				if err != nil {
					return err
				}
				took1 := time.Since(begin)
				if now.State != scheduler.Queued {
					return fmt.Errorf("the job is %s", now.State)
				}
				mu.Lock()
				took = append(took, took1)
				mu.Unlock()
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return percentile(took, 99), nil
}

// percentile is in ms.
func percentile(took []time.Duration, p int) float64 {
	slices.Sort(took)
	return took[min(len(took)*p/100, len(took)-1)].Seconds() * 1000
}

// reconciles ends the host and starts it again, and returns when the pool has been asked about all that the host knew.
func (p *pool) reconciles(ctx context.Context) error {
	if err := p.close(); err != nil {
		return err
	}
	begin := time.Now()
	if err := p.open(ctx); err != nil {
		return err
	}
	for {
		health, err := p.on.Health(ctx)
		if err != nil {
			return err
		}
		if health.Heard.After(begin) {
			return nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
