package main

import (
	"context"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// suspendJobs has the execution points stop the processes of what runs (condor_suspend).
func (d *driver) suspendJobs(ctx context.Context, jobs []scheduler.Ref) error {
	return d.act(ctx, action{tool: "condor_suspend", file: "hold suspend", call: func(tokens []string) string {
		return words(append([]string{"suspend"}, tokens...)...)
	}}, jobs)
}

// resumeJobs has them go on (condor_continue).
func (d *driver) resumeJobs(ctx context.Context, jobs []scheduler.Ref) error {
	return d.act(ctx, action{tool: "condor_continue", file: "hold", call: func(tokens []string) string {
		return words(append([]string{"resume"}, tokens...)...)
	}}, jobs)
}
