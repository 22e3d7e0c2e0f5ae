package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsShow(a *app) *cobra.Command {
	var asIs bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a job, and those of its tasks or nodes that are not fine",
		Long: `Shows a job as a whole: what was asked for, how it stands and since when that is known, its
earlier runs, how its results are brought, and what was heard that changed nothing. Of an
array those tasks are listed that are not fine, of a workflow those nodes.`,
		Example:           "  oceanid jobs show $ID\n  oceanid jobs show $ID -o json | jq .counts",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				job, err := a.current(ctx, h, args[0], asIs)
				if err != nil {
					return err
				}
				return a.showJob(ctx, job)
			})
		},
	}
	cmd.Flags().BoolVar(&asIs, "no-refresh", false, "do not ask the pool, show what is known")
	return cmd
}

// current is a job as it stands now, or with asIs as the store has it.
func (a *app) current(ctx context.Context, h *host.Host, id string, asIs bool) (*host.Job, error) {
	job, err := h.GetJob(ctx, id)
	if err == nil && !asIs && !job.State.Terminal() {
		a.refresh(ctx, h, job.Scheduler)
		job, err = job.Get(ctx)
	}
	return job, err
}

// mostTroubled is how many tasks or nodes that are not fine are shown.
const mostTroubled = 20

func (a *app) showJob(ctx context.Context, job *host.Job) error {
	var tasks []host.Task
	var nodes []host.Node
	var err error
	if job.Workflow != nil {
		nodes, err = troubledNodes(ctx, job)
	} else {
		tasks, err = troubled(ctx, job)
	}
	if err != nil {
		return err
	}
	if a.format == asJSON {
		return a.document(struct {
			*host.Job
			// Troubled are the first tasks that are not fine, TroubledNodes those nodes.
			Troubled      []host.Task `json:"troubled,omitempty"`
			TroubledNodes []host.Node `json:"troubled_nodes,omitempty"`
		}{job, tasks, nodes})
	}
	a.jobFields(job).write(a.out)
	a.section(a.troubledTable(tasks))
	a.section(a.nodesTable(nodes))
	a.section(a.runsTable(job))
	a.section(a.notesTable(job))
	if n := notFine(job.Counts); len(tasks) > 0 && n > len(tasks) {
		a.note("%d more tasks are not fine", n-len(tasks))
	}
	if job.Workflow != nil {
		a.note("all nodes: oceanid jobs nodes %s", job.ID)
	}
	return nil
}

// section shows a table below what was shown before, unless it has nothing but its head.
func (a *app) section(t *table) {
	if len(t.rows) > 1 {
		fmt.Fprintln(a.out)
		t.write(a.out)
	}
}

func (a *app) troubledTable(tasks []host.Task) *table {
	t := a.newTable("TASK", "STATE", "EXIT", "NODE", "REASON")
	for _, k := range tasks {
		t.row(k.Index, state(k.State), exitWords(k.Exit), k.Node, cmp.Or(k.Reason, k.Native))
	}
	return t
}

// runsTable are the runs before the present one.
func (a *app) runsTable(job *host.Job) *table {
	t := a.newTable("RUN", "STATE", "CAUSE", "EXIT", "NODE", "RAN FOR", "ENDED", "REASON")
	for i, r := range job.Runs {
		t.row(i+1, state(r.State), r.Cause, exitWords(r.Exit), r.Node, a.lasted(r.Started, r.Ended), a.ago(r.Ended), why(r.State, r.Reason))
	}
	return t
}

// notesTable is what was heard that changed nothing.
func (a *app) notesTable(job *host.Job) *table {
	t := a.newTable("HEARD", "NOTE")
	for _, n := range job.Notes {
		t.row(n.Time.In(a.now().Location()).Format(time.DateTime), n.Text)
	}
	return t
}

// fine tells whether nobody need look at a task in that state.
func fine(s scheduler.State) bool {
	switch s {
	case scheduler.Pending, scheduler.Queued, scheduler.Running, scheduler.Succeeded:
		return true
	}
	return false
}

func notFine(counts map[scheduler.State]int) (n int) {
	for s, count := range counts {
		if !fine(s) {
			n += count
		}
	}
	return n
}

// troubled are the first tasks of an array that are not fine.
func troubled(ctx context.Context, job *host.Job) (tasks []host.Task, err error) {
	if job.Tasks == 1 {
		return nil, nil
	}
	const page = 1000
	wanted := min(notFine(job.Counts), mostTroubled)
	for first := 0; first < job.Tasks && len(tasks) < wanted; first += page {
		some, err := job.ListTasks(ctx, first, page)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			if !fine(t.State) && len(tasks) < wanted {
				tasks = append(tasks, t)
			}
		}
	}
	return tasks, nil
}

// troubledNodes are the first nodes of a workflow that are not fine.
func troubledNodes(ctx context.Context, job *host.Job) (some []host.Node, err error) {
	nodes, err := job.ListNodes(ctx)
	for _, n := range flat(nodes, "") {
		if !fine(n.State) && len(some) < mostTroubled {
			some = append(some, n)
		}
	}
	return some, err
}
