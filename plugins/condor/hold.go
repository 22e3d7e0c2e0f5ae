package main

import (
	"context"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// holdJobs holds what is idle, in one transaction of the schedd: whatever is not held by it runs already. A factory makes no more tasks from then on.
func (d *driver) holdJobs(ctx context.Context, jobs []scheduler.Ref) error {
	return d.act(ctx, action{tool: "condor_hold", file: "hold", call: func(tokens []string) string {
		return words(append([]string{"hold"}, tokens...)...)
	}}, jobs)
}

// releaseJobs releases what is held, and lets a factory make tasks again.
func (d *driver) releaseJobs(ctx context.Context, jobs []scheduler.Ref) error {
	return d.act(ctx, action{tool: "condor_release", file: "hold", call: func(tokens []string) string {
		return words(append([]string{"release"}, tokens...)...)
	}}, jobs)
}
