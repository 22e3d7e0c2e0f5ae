package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// resubmission is what the flags of jobs resubmit say.
type resubmission struct {
	failed, wait bool
	key          string
	memory       size
	runTime      lasting
}

func newJobsResubmit(a *app) *cobra.Command {
	var r resubmission
	cmd := &cobra.Command{
		Use:   "resubmit ID",
		Short: "Run a job that has ended once more, or what failed of it",
		Long: `Runs a job that has ended once more, as a new job, and prints its ID, alone on a line.
Its inputs are read again and must hold what they held then. jobs show tells of both jobs
which one belongs to which.

With --failed only what did not succeed is run: of an array those tasks, which find their
former numbers in OCEANID_TASK_INDEX, of a workflow those nodes.`,
		Example: `  oceanid jobs resubmit $ID
  oceanid jobs resubmit $ID --failed --memory 8GiB --wait`,
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, follows(r.wait), func(ctx context.Context, h *host.Host) error {
				job, err := h.GetJob(ctx, args[0])
				if err != nil {
					return err
				}
				again, err := job.Resubmit(ctx, host.Resubmission{Failed: r.failed, Key: r.key, Change: r.change()})
				if err != nil {
					return err
				}
				return a.submitted(ctx, again, r.wait)
			})
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&r.failed, "failed", false, "only what did not succeed")
	flags.StringVar(&r.key, "key", "", "a `TEXT` that names this wish: resubmitted again with it, the job is that of the first time")
	flags.Var(&r.memory, "memory", "another amount of memory for each task, such as 8GiB")
	flags.Var(&r.runTime, "run-time", "another longest `TIME` that a task may run")
	flags.BoolVar(&r.wait, "wait", false, "watch the new job to its end, and until its results are there; the exit code tells the outcome")
	return cmd
}

// change is what is asked for otherwise than the last time; nil: nothing.
func (r *resubmission) change() func(*scheduler.Job) {
	if r.memory == 0 && r.runTime == 0 {
		return nil
	}
	return func(j *scheduler.Job) {
		if r.memory > 0 {
			j.Resources.Memory = int64(r.memory)
		}
		if r.runTime > 0 {
			j.Resources.RunTime = time.Duration(r.runTime)
		}
	}
}
