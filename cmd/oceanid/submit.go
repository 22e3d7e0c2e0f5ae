package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// submission is what the flags of jobs submit say.
type submission struct {
	request request
	wishes  wishes
	wait    bool
	// file is the one with jobs, for those of its blocks that name no scheduler.
	file, scheduler string
}

func newJobsSubmit(a *app) *cobra.Command {
	var s submission
	cmd := &cobra.Command{
		Use:   "submit SCHEDULER [flags] -- COMMAND [ARGS…] | submit -f FILE [NAME…]",
		Short: "Submit a job, or the jobs and workflows of a file",
		Long: `Submits a job and prints its ID, alone on a line. COMMAND is an absolute path at the
pool, a name that is found on the PATH there, or ./NAME of an input. It is never given
to a shell, and its arguments arrive as they are.

A job whose ID is printed is kept, and gets to its pool exactly once: at once, or, if
the pool does not answer now, when somebody follows it (a portal, oceanid jobs watch).
With --key that holds for the wish as well: whoever submits it again, whenever, gets the
job of the first time.

With -f the jobs are blocks of a file, job "NAME" { … } and workflow "NAME" { … }: all of
them, or those that are named. Of several the IDs are printed with their names. Those must
be in order, and what else the file holds may be unfinished; oceanid jobs check looks at
all of it. Of several none is submitted before all are found to be in order, as far as
that can be told without the pool. When a pool then refuses one all the same, nothing
after it is submitted: what was and what was not is told, with the command for the rest,
and has an exit code of its own. A job with a key may be submitted again at any time.

With --wait the command goes on to watch the job, on standard error, and its exit code
tells the outcome. With --results it also waits until they are there: a job that has
succeeded and whose results cannot be brought has an exit code of its own. Without --wait
they are brought by whoever follows the job, such as a portal or oceanid serve.`,
		Example: `  oceanid jobs submit Default -- hostname
  oceanid jobs submit Default --array 12 --input bin/model --input storm-7.csv:storm.csv --output hydrograph.csv --wait -- ./model
  id=$(oceanid jobs submit Default --cpus 4 --memory 8GiB --run-time 2h --label project=flood -- /opt/swmm/run --year 2026)
  oceanid jobs submit Default --key flood-7-2026 --option rank=Memory --retry 2 -- /opt/swmm/run
  oceanid jobs submit -f examples/jobs.hcl
  oceanid jobs submit -f examples/jobs.hcl flood --wait`,
		ValidArgsFunction: a.completing(first(schedulerNames)),
		Args: func(cmd *cobra.Command, args []string) error {
			dash := cmd.ArgsLenAtDash()
			if s.file != "" {
				return s.alone(cmd, dash)
			}
			switch {
			case len(args) == 0 || dash == 0:
				return wrongUsage(cmd, "SCHEDULER is missing, or -f FILE")
			case len(args) == 1:
				return wrongUsage(cmd, "the command is missing: SCHEDULER -- COMMAND")
			case dash != 1:
				return wrongUsage(cmd, "write -- between SCHEDULER and the command, so that its flags are its own")
			case s.scheduler != "":
				return wrongUsage(cmd, "--scheduler is for the jobs of a file; here the scheduler is the first argument")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if s.file != "" {
				return a.submitFile(cmd, s, args)
			}
			spec, err := s.request.job(args[1:])
			if err == nil {
				err = s.wishes.add(&spec)
			}
			if err != nil {
				return err
			}
			return a.withHost(cmd, follows(s.wait), func(ctx context.Context, h *host.Host) error {
				return a.submit(ctx, h, args[0], spec, s.wait)
			})
		},
	}
	s.request.flags(cmd)
	s.wishes.flags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&s.wait, "wait", false, "watch the job to its end, and until its results are there; the exit code tells the outcome")
	flags.StringVarP(&s.file, "file", "f", "", "submit the jobs of this `FILE`, or of all files of a folder")
	flags.StringVar(&s.scheduler, "scheduler", "", "the `NAME` of the scheduler for jobs of a file that name none")
	files(cmd, "file")
	complete(cmd, "scheduler", a.completing(schedulerNames))
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
	return a.submitted(ctx, job, wait)
}

// submitted shows a job that was just made, and watches it to its end if that was asked for.
func (a *app) submitted(ctx context.Context, job *host.Job, wait bool) (err error) {
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
		return goesOn(sig, job.ID)
	}
	if !wait {
		a.kept(job)
		return nil
	}
	return a.await(ctx, job)
}

// kept tells where a job is that is not at its pool.
func (a *app) kept(job *host.Job) {
	if job.State == scheduler.Pending {
		a.note("the job is kept here, %s", cmp.Or(job.Reason, "not at the pool yet"))
	}
}

// await watches a job to its end beside the result of a command.
func (a *app) await(ctx context.Context, job *host.Job) error {
	end, err := a.watch(ctx, job, a.waitView(job))
	if end != nil {
		end, err = a.withResults(ctx, end, err, a.err)
	}
	if end != nil && a.format == asJSON {
		if printing := a.line(end); err == nil {
			err = printing
		}
	}
	return err
}
