package main

import (
	"context"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Cancel removes the jobs. By a constraint condor_rm removes a factory together with the jobs that it has made.
func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	return d.act(ctx, action{tool: "condor_rm", file: "cancel", call: func(tokens []string) string {
		return words(append([]string{"cancel", anyOf(tokens)}, tokens...)...)
	}}, jobs)
}
