package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// verb is something that is done to jobs, one after the other.
type verb struct {
	name, short, long, example string
	// done is what is told of each job: most pools do it in a moment, and the state then tells that they have.
	done string
	do   func(*host.Job, context.Context) error
	// fits refuses what would do nothing; nil: everything fits.
	fits func(*host.Job) error
}

// verbs are those that need nothing but the jobs' IDs.
func verbs() []verb {
	return []verb{{
		name: "hold", short: "Keep jobs from starting", done: "holding", do: (*host.Job).Hold,
		long: `Keeps those tasks of jobs that have not begun from running, until oceanid jobs release.
What runs goes on.`,
		example: "  oceanid jobs hold $ID",
	}, {
		name: "release", short: "Let held jobs run", done: "releasing", do: (*host.Job).Release,
		long: `Lets the held tasks of jobs wait for their turn again, whoever held them: you, or the
pool, which holds a job that it cannot run as it is; oceanid jobs show tells why.`,
		example: "  oceanid jobs release $ID\n  oceanid jobs list state=held -o json | jq -r '.jobs[].id' | xargs oceanid jobs release",
	}, {
		name: "suspend", short: "Stop jobs where they are", done: "suspending", do: (*host.Job).Suspend,
		long: `Stops the running tasks of jobs where they are, until oceanid jobs resume. They keep
their memory and their place. What has not begun is not stopped by it: oceanid jobs hold
keeps that from starting.`,
		example: "  oceanid jobs suspend $ID", fits: runs,
	}, {
		name: "resume", short: "Let suspended jobs go on", done: "resuming", do: (*host.Job).Resume,
		long:    "Lets the suspended tasks of jobs go on where they were stopped.",
		example: "  oceanid jobs resume $ID",
	}, {
		name: "delete", short: "Delete jobs that have ended, with what they left at the pool", done: "deleted", do: (*host.Job).Delete,
		long: `Deletes jobs that have ended: first what they left at the pool, each in a folder of its
own, then their records. What was downloaded stays. A job that has not ended is left
alone, and so is one whose pool does not answer. The key of a deleted job stays used.`,
		example: "  oceanid jobs delete $ID\n  oceanid jobs list user=ada until=2026-01-01 state=succeeded -o json | jq -r '.jobs[].id' | xargs oceanid jobs delete",
	}}
}

func newJobsVerb(a *app, v verb) *cobra.Command {
	return &cobra.Command{
		Use: v.name + " ID…", Short: v.short, Long: v.long, Example: v.example,
		Args:              arguments("ID…"),
		ValidArgsFunction: a.completing(jobIDs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				return a.each(v.done, args, func(id string) (bool, error) {
					// What is known may be older than the job's beginning.
					job, err := a.current(ctx, h, id, v.fits == nil)
					if err == nil && v.fits != nil {
						err = v.fits(job)
					}
					if err != nil {
						return false, err
					}
					return true, v.do(job, ctx)
				})
			})
		},
	}
}

// runs refuses to suspend a job that waits at its pool: it would go on waiting, and then run.
func runs(job *host.Job) error {
	if job.PoolID == "" || job.State.Terminal() || job.Counts[scheduler.Running]+job.Counts[scheduler.Suspended] > 0 {
		return nil
	}
	return fault.Conflict.New("suspend: job %s is %s, and only what runs can be suspended; oceanid jobs hold %[1]s keeps it from starting", job.ID, job.State)
}
