package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsSubmit(a *app) *cobra.Command {
	var r request
	var wait bool
	cmd := &cobra.Command{
		Use:   "submit SCHEDULER [flags] -- COMMAND [ARGS…]",
		Short: "Submit a job",
		Long: `Submits a job and prints its ID, alone on a line. COMMAND is an absolute path at the
pool, a name that is found on the PATH there, or ./NAME of an input. It is never given
to a shell, and its arguments arrive as they are.

A job whose ID is printed is kept, and gets to its pool exactly once: at once, or, if
the pool does not answer now, when somebody follows it (a portal, oceanid jobs watch).

With --wait the command goes on to watch the job, on standard error, and its exit code
tells the outcome.`,
		Example: `  oceanid jobs submit Default -- hostname
  oceanid jobs submit Default --array 12 --input bin/model --input storm-7.csv:storm.csv --output hydrograph.csv --wait -- ./model
  id=$(oceanid jobs submit Default --cpus 4 --memory 8GiB --run-time 2h --label project=flood -- /opt/swmm/run --year 2026)`,
		ValidArgsFunction: a.completing(first(schedulerNames)),
		Args: func(cmd *cobra.Command, args []string) error {
			switch dash := cmd.ArgsLenAtDash(); {
			case len(args) == 0 || dash == 0:
				return wrongUsage(cmd, "SCHEDULER is missing")
			case len(args) == 1:
				return wrongUsage(cmd, "the command is missing: SCHEDULER -- COMMAND")
			case dash != 1:
				return wrongUsage(cmd, "write -- between SCHEDULER and the command, so that its flags are its own")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := r.job(args[1:])
			if err != nil {
				return err
			}
			return a.withHost(cmd, follows(wait), func(ctx context.Context, h *host.Host) error { return a.submit(ctx, h, args[0], spec, wait) })
		},
	}
	r.flags(cmd)
	cmd.Flags().BoolVar(&wait, "wait", false, "watch the job to its end; the exit code tells the outcome")
	return cmd
}

func (a *app) submit(ctx context.Context, h *host.Host, name string, spec scheduler.Job, wait bool) error {
	s, err := h.GetScheduler(ctx, name)
	if err != nil {
		return err
	}
	job, err := s.Submit(ctx, spec)
	if err != nil {
		return err
	}
	switch {
	case a.format == asTable:
		_, err = fmt.Fprintln(a.out, job.ID)
	case wait:
		err = a.line(job)
	default:
		err = a.document(job)
	}
	if err != nil {
		return err
	}
	if sig := interrupted(ctx); sig != nil {
		return &leaving{sig, job.ID}
	}
	if !wait {
		if job.State == scheduler.Pending {
			a.note("the job is kept here, %s", cmp.Or(job.Reason, "not at the pool yet"))
		}
		return nil
	}
	end, err := a.watch(ctx, job, a.waitView(job))
	if end != nil && a.format == asJSON {
		if printing := a.line(end); err == nil {
			err = printing
		}
	}
	return err
}
