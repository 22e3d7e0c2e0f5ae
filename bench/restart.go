package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// restartRows measure how soon a host that begins knows how thousands of jobs stand that it has left with the pool.
func restartRows() []row {
	return []row{
		{name: "condor: restart with 10000 jobs", peer: "condor_q of all", most: 3, rounds: 2, figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			r, err := startRestarts(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return r.restart, timed(r.runs(allJobs)), r.stop, nil
		}},
		{name: "condor: schedd queries at a restart", peer: "condor_q of all", most: 3, rounds: 2, unit: "queries", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
			r, err := startRestarts(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return r.counted(r.restart), r.counted(timed(r.runs(allJobs))), r.stop, nil
		}},
	}
}

const allJobs = "condor_q -all -af ClusterId ProcId JobStatus | wc -l"

// restarts is a pool with ten thousand jobs of ours, of which some change while no host is there.
type restarts struct {
	*pool
	changing []subject
	held     bool // whether they are
}

func startRestarts(ctx context.Context) (*restarts, error) {
	p, err := startPool(ctx, counting, nil)
	if err != nil {
		return nil, err
	}
	r := &restarts{pool: p}
	err = submitMany(ctx, p.on, 10_000, 500)
	for range 10 {
		if err != nil {
			break
		}
		var job *host.Job
		if job, err = p.on.Submit(ctx, scheduler.Job{Command: "/bin/true"}); err == nil {
			r.changing = append(r.changing, subject{job.ID, job.PoolID})
		}
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return r, nil
}

// counted is how many queries the schedd counts while f runs.
func (r *restarts) counted(f sample) sample {
	return func(ctx context.Context) (float64, error) {
		before, err := r.queries(ctx)
		if err == nil {
			_, err = f(ctx)
		}
		if err != nil {
			return 0, err
		}
		after, err := r.queries(ctx)
		return after - before, err
	}
}

// restart ends the host, changes some jobs, and is how long after its new beginning the pool has answered about all jobs and these are known to be as they are there.
func (r *restarts) restart(ctx context.Context) (seconds float64, err error) {
	if err := r.close(); err != nil {
		return 0, err
	}
	wanted, err := r.change(ctx)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := r.open(ctx); err != nil {
		return 0, err
	}
	ctx, stop := context.WithTimeoutCause(ctx, time.Minute, errors.New("the host does not know within a minute how its jobs stand"))
	defer stop()
	for {
		answers, err := r.count("oceanid_driver_calls_total", map[string]string{"verb": "Query", "result": "ok"})
		if err != nil {
			return 0, err
		}
		if answers > 0 {
			if known, err := r.all(ctx, wanted); known || err != nil {
				return time.Since(begin).Seconds(), err
			}
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// change holds some jobs at the pool, or releases them, and is what becomes of them.
func (r *restarts) change(ctx context.Context) (scheduler.State, error) {
	argv, becomes := []string{"condor_hold"}, scheduler.Held
	if r.held {
		argv, becomes = []string{"condor_release"}, scheduler.Queued
	}
	for _, job := range r.changing {
		argv = append(argv, string(job.pool))
	}
	if said, err := r.lab.Run(ctx, "ben", argv...); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	r.held = !r.held
	return becomes, nil
}

// all tells whether the host says so of each job that changed.
func (r *restarts) all(ctx context.Context, state scheduler.State) (bool, error) {
	for _, job := range r.changing {
		now, err := r.host.GetJob(ctx, job.id)
		if err != nil || now.State != state {
			return false, err
		}
	}
	return true, nil
}
