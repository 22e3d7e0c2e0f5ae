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

	"github.com/oceanid/oceanid/lab"
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
			ours = func(ctx context.Context) (float64, error) {
				took, err := p.read(ctx, job, 1000, 3)
				return percentile(took, 99), err
			}
			return ours, each(1, p.runs("condor_q "+string(job.pool)+" -af JobStatus")), p.stop, nil
		}},
		{name: "condor: schedd queries/min, 1000 readers", peer: "one reader", goal: 1, rounds: 2, unit: "queries", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			p, job, err := crowded(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return p.asks(job, 1000), p.asks(job, 1), p.stop, nil
		}},
	}
}

// subject is a job of which readers want to know the state.
type subject struct {
	id   string
	pool scheduler.ID
}

// counting is a pool in which nothing runs and whose schedd tells, every other second, how often it was asked.
var counting = lab.Options{Condor: true, SSH: true, CondorConfig: "START = False\nMAX_JOBS_PER_OWNER = 5000000\nMAX_JOBS_PER_SUBMISSION = 100000\nSTATISTICS_TO_PUBLISH = SCHEDD:2 DC:2\n"}

// crowded is a pool with 30 000 jobs of somebody else's in the queue, and one of ours.
func crowded(ctx context.Context) (*pool, subject, error) {
	p, err := startPool(ctx, counting, nil)
	if err != nil {
		return nil, subject{}, err
	}
	err = p.put(ctx, "crowd.sub", "universe = vanilla\nexecutable = /bin/true\nqueue 30000\n")
	if err == nil {
		_, err = p.do("condor_submit -terse crowd.sub")
	}
	if err != nil {
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

// read lets readers look at a job once a second, each at its own moment, so many times, and gives what each look took.
func (p *pool) read(ctx context.Context, job subject, readers, looks int) ([]time.Duration, error) {
	g, ctx := errgroup.WithContext(ctx)
	var mu sync.Mutex
	var took []time.Duration
	for range readers {
		g.Go(func() error {
			pause := time.NewTimer(rand.N(time.Second))
			defer pause.Stop()
			for range looks {
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
	return took, g.Wait()
}

// percentile is in ms.
func percentile(took []time.Duration, p int) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[min(len(took)*p/100, len(took)-1)].Seconds() * 1000
}

// asks is how often the schedd is asked in a minute in which so many readers look at a job.
func (p *pool) asks(job subject, readers int) sample {
	return func(ctx context.Context) (float64, error) {
		before, err := p.queries(ctx)
		if err != nil {
			return 0, err
		}
		if _, err := p.read(ctx, job, readers, 60); err != nil {
			return 0, err
		}
		after, err := p.queries(ctx)
		return after - before, err
	}
}

// queries is how often the schedd says that it was asked for jobs, by condor_q or whatever else.
func (p *pool) queries(ctx context.Context) (sum float64, err error) {
	// What it said before now may not count all.
	const counters = "DCCommand_QUERY_JOB_ADS DCCommand_QUERY_JOB_ADS_WITH_AUTH DCCommand_QMGMT_READ_CMD"
	ask := fmt.Sprintf(`now=$(date +%%s); until [ "$(condor_status -schedd -af MyCurrentTime)" -gt "$now" ]; do sleep 0.2; done; condor_status -schedd -af %s`, counters)
	said, err := p.lab.Run(ctx, peerUser, "timeout", "30", "sh", "-c", ask)
	if err != nil {
		return 0, fmt.Errorf("ask how often the schedd was asked: %w: %s", err, said)
	}
	for _, field := range strings.Fields(string(said)) {
		var n float64
		if _, err := fmt.Sscan(field, &n); err != nil {
			return 0, fmt.Errorf("the schedd counts %q of its queries", said)
		}
		sum += n
	}
	return sum, nil
}
