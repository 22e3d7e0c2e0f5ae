package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsWatch(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "watch ID",
		Short: "Watch a job to its end",
		Long: `Shows a job as it stands, and then each of its changes until it has ended: in one line
that moves, on a terminal, else on a line for each change; with -o json in one object a
line. Where its results are brought to a folder, it goes on until they are there. The exit
code tells the outcome. Ctrl-C ends the watching, not the job.`,
		Example:           "  oceanid jobs watch $ID && oceanid jobs download $ID",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, following, func(ctx context.Context, h *host.Host) error {
				job, err := h.GetJob(ctx, args[0])
				if err != nil {
					return err
				}
				end, err := a.watch(ctx, job, a.watchView(job))
				if end != nil {
					_, err = a.withResults(ctx, end, err, a.out)
				}
				return err
			})
		},
	}
}

// watch shows a job's changes until it has ended. The job is returned as it ended, beside an *ended error if it has not succeeded.
func (a *app) watch(ctx context.Context, job *host.Job, v view) (*host.Job, error) {
	if err := show(ctx, job, v); err != nil {
		if sig := interrupted(ctx); sig != nil {
			err = goesOn(sig, job.ID)
		}
		return nil, err
	}
	end, err := job.Get(ctx)
	if err != nil {
		return nil, err
	}
	if end.State != scheduler.Succeeded {
		err = &ended{id: end.ID, state: end.State, reason: end.Reason}
	}
	return end, err
}

func show(ctx context.Context, job *host.Job, v view) error {
	defer v.close()
	for e, err := range job.Watch(ctx) {
		if err != nil {
			return err
		}
		if err := v.show(e); err != nil {
			return err
		}
	}
	return nil
}
