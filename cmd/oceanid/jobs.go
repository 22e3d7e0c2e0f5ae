package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
)

func newJobs(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", Short: "Submit, watch and steer jobs, and bring their results"}
	group(cmd)
	cmd.AddCommand(newJobsSubmit(a), newJobsCheck(a), newJobsList(a), newJobsShow(a), newJobsNodes(a), newJobsWatch(a), newJobsLogs(a), newJobsDownload(a))
	cmd.AddCommand(newJobsExplain(a), newJobsCancel(a), newJobsResubmit(a))
	for _, v := range verbs() {
		cmd.AddCommand(newJobsVerb(a, v))
	}
	return cmd
}

// asking bounds how long a command that looks and goes waits for the pools.
const asking = 3 * time.Second

// refresh asks the pools about jobs that no process follows, so that what is shown is true now. A pool that cannot be asked is told, and is no failure: the
// store's word is shown then.
func (a *app) refresh(ctx context.Context, h *host.Host, scheduler string) {
	bounded, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	err := h.Refresh(bounded, scheduler)
	if err == nil || ctx.Err() != nil || errors.Is(err, fault.NotFound) {
		return
	}
	if bounded.Err() != nil {
		a.note("not every pool answered within %s; this is what was known before", asking)
		return
	}
	a.note("a pool could not be asked; this is what was known before: %v", err)
}

func newJobsCancel(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "cancel ID…",
		Short: "Cancel jobs with all their tasks",
		Long: `Cancels jobs with all their tasks. A pool that does not answer now is told later, by
whoever follows the job; oceanid jobs watch shows the end. A job that has ended stays
as it is.`,
		Example:           "  oceanid jobs cancel $ID",
		Args:              arguments("ID…"),
		ValidArgsFunction: a.completing(jobIDs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				return a.each("cancelling", args, func(id string) (bool, error) {
					job, err := h.GetJob(ctx, id)
					if err != nil {
						return false, err
					}
					if job.State.Terminal() {
						a.note("job %s has ended already: %s", id, job.State)
						return false, nil
					}
					return true, job.Cancel(ctx)
				})
			})
		},
	}
}
