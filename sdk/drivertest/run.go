package drivertest

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run tests the driver at path, any executable, and reports what each check came to. Several checks run at once; cancelling ctx ends the run. The error tells
// why the driver could not be tested at all: there is no such file, it does not start, or it does not take the configuration. A driver that fails
// checks is no error: see [Report.OK].
func Run(ctx context.Context, path string, o Options) (*Report, error) {
	began := time.Now()
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var chosen []check
	for _, c := range catalogue() {
		if s.o.wants(c.Name) {
			chosen = append(chosen, c)
		}
	}
	results := make([]Result, len(chosen))
	var observing sync.Mutex
	var all errgroup.Group
	all.SetLimit(s.o.Parallel)
	for i, c := range chosen {
		all.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			results[i] = s.try(ctx, c)
			if s.o.Observe != nil && ctx.Err() == nil {
				observing.Lock()
				defer observing.Unlock()
				s.o.Observe(results[i])
			}
			return ctx.Err()
		})
	}
	if err := all.Wait(); err != nil {
		return nil, context.Cause(ctx)
	}
	return &Report{
		Driver: s.described.GetName(), Version: s.described.GetVersion(), SDK: s.described.GetSdk(),
		Path: s.path, Began: began, Took: time.Since(began), Results: results,
	}, nil
}
