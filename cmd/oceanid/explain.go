package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// explained is a job's task with what it waits for.
type explained struct {
	Job  string `json:"job"`
	Task int    `json:"task"`
	scheduler.Explanation
}

func newJobsExplain(a *app) *cobra.Command {
	task := 0
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Ask the pool what a job waits for",
		Long: `Asks the pool what a task waits for, and tells it in plain words: which machines could run
it, which limits it meets, who is before it, and what can be done about it.`,
		Example:           "  oceanid jobs explain $ID\n  oceanid jobs explain $ID --task 7",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				job, err := h.GetJob(ctx, args[0])
				if err != nil {
					return err
				}
				e, err := job.Explain(ctx, task)
				if err != nil {
					return err
				}
				return a.showExplanation(explained{job.ID, task, e})
			})
		},
	}
	cmd.Flags().IntVar(&task, "task", 0, "the task's number, from 0")
	return cmd
}

func (a *app) showExplanation(e explained) error {
	if a.format == asJSON {
		return a.document(e)
	}
	fmt.Fprintln(a.out, clean(e.Summary))
	for _, p := range e.Points {
		fmt.Fprintln(a.out, "  -", clean(p))
	}
	if e.Advice != "" {
		fmt.Fprintln(a.out, clean(e.Advice))
	}
	return nil
}
