package scheduler

import (
	"context"
	"time"
)

// Finder is a driver that can tell which jobs of ours a pool has. By it the host finds again what its store has lost.
type Finder interface {
	// Find yields the jobs at the pool whose token begins with the prefix and that were handed over since then, ended or not, as far as the pool still knows them
	// (see [Remover]). It must be cheap: it goes by what the driver keeps, and asks the pool at most once.
	Find(ctx context.Context, prefix string, since time.Time, yield func(Found) error) error
}

// Found is one job at a pool.
type Found struct {
	// Ref names it, Tasks included.
	Ref Ref
	// Job is what was submitted, as far as the driver has kept it; Workflow is there in its place for a workflow.
	Job      Job
	Workflow *Workflow
	// Submitted is when the pool took it; zero: unknown.
	Submitted time.Time
}
