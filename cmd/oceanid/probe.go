package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newSchedulersTest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "test NAME",
		Short:             "Really connect to a scheduler's pool, step by step",
		Long:              "Really connects to a scheduler's pool and shows each step as it happens; with -o json\nin one object a line.",
		Example:           "  oceanid schedulers test Default",
		Args:              arguments("NAME"),
		ValidArgsFunction: a.completing(first(schedulerNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				s, err := h.GetScheduler(ctx, args[0])
				if err != nil {
					return err
				}
				var printing error
				err = s.Test(ctx, func(c scheduler.Check) {
					if a.format == asTable {
						a.showCheck(c)
					} else if err := a.line(c); printing == nil {
						printing = err
					}
				})
				if err == nil {
					err = printing
				}
				return err
			})
		},
	}
}

// showCheck shows one step of a test.
func (a *app) showCheck(c scheduler.Check) {
	mark := painted{"✓", green}
	if !c.OK {
		mark = painted{"✗", red}
	}
	fmt.Fprintf(a.out, "%s %-13s %s\n", a.painter(a.out)(mark), clean(c.Name), clean(c.Text))
}
