package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsShow(a *app) *cobra.Command {
	var asIs bool
	cmd := &cobra.Command{
		Use:               "show ID",
		Short:             "Show a job, and those of its tasks that are not fine",
		Example:           "  oceanid jobs show $ID\n  oceanid jobs show $ID -o json | jq .counts",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				job, err := h.GetJob(ctx, args[0])
				if err == nil && !asIs && !job.State.Terminal() {
					a.refresh(ctx, h, job.Scheduler)
					job, err = job.Get(ctx)
				}
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

// mostTroubled is how many tasks that are not fine are shown.
const mostTroubled = 20

func (a *app) showJob(ctx context.Context, job *host.Job) error {
	tasks, err := troubled(ctx, job)
	if err != nil {
		return err
	}
	if a.format == asJSON {
		return a.document(struct {
			*host.Job
			// Troubled are the first tasks that are not fine.
			Troubled []host.Task `json:"troubled,omitempty"`
		}{job, tasks})
	}
	a.jobFields(job).write(a.out)
	if len(tasks) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	t := a.newTable("TASK", "STATE", "EXIT", "NODE", "REASON")
	for _, k := range tasks {
		t.row(k.Index, state(k.State), exitWords(k.Exit), k.Node, cmp.Or(k.Reason, k.Native))
	}
	t.write(a.out)
	if n := notFine(job.Counts); n > len(tasks) {
		a.note("%d more tasks are not fine", n-len(tasks))
	}
	return nil
}

func (a *app) jobFields(job *host.Job) *table {
	t := a.newTable()
	t.field("ID", job.ID)
	t.field("Name", job.Name)
	t.field("Scheduler", job.Scheduler+" ("+job.Type+")")
	t.field("User", job.User)
	t.field("Labels", assignments(job.Labels))
	t.field("State", state(job.State))
	t.field("Reason", job.Reason)
	t.field("Pool's word", job.Native)
	t.field("Exit", exitWords(job.Exit))
	t.field("Node", job.Node)
	if job.Tasks > 1 {
		t.field("Tasks", fmt.Sprintf("%d: %s", job.Tasks, tally(job.Counts)))
	}
	t.field("Command", commandLine(job.Spec))
	t.field("Environment", assignments(job.Spec.Env))
	t.field("Inputs", inputNames(job.Spec.Inputs))
	t.field("Outputs", strings.Join(job.Spec.Outputs, ", "))
	t.field("Resources", resources(job.Spec.Resources))
	t.field("ID at pool", string(job.PoolID))
	t.field("Created", a.when(job.Created))
	t.field("Submitted", a.when(job.Submitted))
	t.field("Started", a.when(job.Started))
	t.field("Ended", a.when(job.Ended))
	t.field("Ran for", a.lasted(job.Started, job.Ended))
	t.field("Last heard", a.when(job.Observed))
	if !job.State.Terminal() {
		t.field("Cancel asked", a.when(job.CancelRequested))
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

func exitWords(e *scheduler.Exit) string {
	switch {
	case e == nil:
		return ""
	case e.Signal != 0:
		return fmt.Sprintf("signal %d", e.Signal)
	}
	return fmt.Sprintf("code %d", e.Code)
}

// assignments are KEY=VALUE in order.
func assignments(m map[string]string) string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		words = append(words, k+"="+word(m[k]))
	}
	return strings.Join(words, " ")
}

// commandLine shows where one argument ends and the next begins.
func commandLine(j scheduler.Job) string {
	words := []string{word(j.Command)}
	for _, arg := range j.Args {
		words = append(words, word(arg))
	}
	if j.Stdin != "" {
		words = append(words, "<", word(j.Stdin))
	}
	return strings.Join(words, " ")
}

// word is text as it is, or quoted if it has anything that could be misread.
func word(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'\\$`<>|&;()*?", r) }) {
		return strconv.Quote(s)
	}
	return s
}

func inputNames(inputs []scheduler.Input) string {
	var words []string
	for _, in := range inputs {
		words = append(words, fmt.Sprintf("%s (%s)", in.Name, humanize.IBytes(uint64(max(in.Size, 0)))))
	}
	return strings.Join(words, ", ")
}

func resources(r scheduler.Resources) string {
	var words []string
	if r.CPUs > 0 {
		words = append(words, fmt.Sprintf("CPUs: %g", r.CPUs))
	}
	if r.Memory > 0 {
		words = append(words, "memory: "+humanize.IBytes(uint64(r.Memory)))
	}
	if r.Disk > 0 {
		words = append(words, "disk: "+humanize.IBytes(uint64(r.Disk)))
	}
	if r.GPUs > 0 {
		words = append(words, fmt.Sprintf("GPUs: %d", r.GPUs))
	}
	if r.RunTime > 0 {
		words = append(words, "run time: "+r.RunTime.String())
	}
	return strings.Join(words, ", ")
}
