package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// listing is what the flags of jobs list say.
type listing struct {
	filter string
	// flags are conditions as well, each under a name of its own.
	flags  host.JobQuery
	states states
	labels []string
	asIs   bool
	after  string
	limit  int
}

func newJobsList(a *app) *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list [CONDITION…]",
		Short: "List jobs, the newest first",
		Long: `Lists jobs, the newest first: those that meet all conditions, KEY=VALUE.

  state=running,held    in one of these states
  user=ada group=hydro  of a user; that a group may see
  name=flood            with this name
  scheduler=Default     of a scheduler
  label.project=danube  with a label
  of=ID                 that resubmit a job
  since=24h             made within a day; also 7d, 2026-11-01, 2026-11-01T12:00:00Z
  until=2026-11-01      made before

A value with blanks stands in double quotes, which the shell must not take away:
'name="big flood"'. Portals and their pages read the same conditions.`,
		Example: `  oceanid jobs list state=running,queued user=ada
  oceanid jobs list --filter 'name="big flood" since=7d'
  oceanid jobs list label.project=flood --limit 200 -o json
  oceanid jobs list state=held -o json | jq -r '.jobs[].id' | xargs oceanid jobs release`,
		ValidArgsFunction: conditionKeys,
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := l.query(cmd, args)
			if err != nil {
				return err
			}
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error { return a.listJobs(ctx, h, q, l.asIs) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&l.filter, "filter", "", "conditions, as one `TEXT`")
	flags.StringVar(&l.flags.Scheduler, "scheduler", "", "the same as the condition scheduler=")
	flags.StringVar(&l.flags.User, "user", "", "the same as user=")
	flags.Var(&l.states, "state", "the same as state=; repeatable")
	flags.StringArrayVar(&l.labels, "label", nil, "the same as label.KEY=VALUE, as `KEY=VALUE`; repeatable")
	flags.IntVar(&l.limit, "limit", 50, "how many at most")
	flags.StringVar(&l.after, "after", "", "go on after the `CURSOR` that the list before gave")
	flags.BoolVar(&l.asIs, "no-refresh", false, "do not ask the pools, show what is known")
	complete(cmd, "scheduler", a.completing(schedulerNames))
	fixed(cmd, "state", stateNames()...)
	return cmd
}

// query puts arguments and flags together, which may not say the same thing twice.
func (l *listing) query(cmd *cobra.Command, args []string) (host.JobQuery, error) {
	if l.limit < 1 {
		return host.JobQuery{}, wrongUsage(cmd, "--limit must be at least 1")
	}
	conditions := append([]string{l.filter}, args...)
	f := l.flags
	f.States = l.states
	var err error
	if f.Labels, err = pairs("--label", l.labels); err != nil {
		return host.JobQuery{}, err
	}
	q, err := host.ParseJobQuery(strings.Join(append(conditions, f.String()), " "))
	if err != nil {
		return q, fault.Invalid.New("%w (see %s --help)", err, cmd.CommandPath())
	}
	q.After, q.Limit = l.after, l.limit
	return q, nil
}

// conditionKeys proposes how a condition may begin, and the states.
func conditionKeys(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if !strings.HasPrefix(begun, "state=") {
		return []cobra.Completion{"state=", "user=", "group=", "name=", "scheduler=", "label.", "of=", "since=", "until="},
			cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var words []cobra.Completion
	for _, s := range stateNames() {
		words = append(words, begun[:strings.LastIndexAny(begun, "=,")+1]+s)
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func stateNames() (names []string) {
	for _, s := range scheduler.States() {
		names = append(names, string(s))
	}
	return names
}

func (a *app) listJobs(ctx context.Context, h *host.Host, q host.JobQuery, asIs bool) error {
	if !asIs {
		a.refresh(ctx, h, q.Scheduler)
	}
	jobs, next, err := someJobs(ctx, h, q)
	if err != nil {
		return err
	}
	if a.format == asJSON {
		return a.document(struct {
			Jobs []*host.Job `json:"jobs"`
			Next string      `json:"next,omitempty"`
		}{jobs, next})
	}
	if len(jobs) == 0 {
		a.note("there are no such jobs")
		return nil
	}
	t := a.newTable("ID", "NAME", "SCHEDULER", "USER", "STATE", "TASKS", "CREATED")
	for _, j := range jobs {
		now := state(j.State)
		if j.Stale != "" {
			now.text += " (stale)"
		}
		t.row(j.ID, j.Name, j.Scheduler, j.User, now, done(j.Counts, j.Tasks), a.ago(j.Created))
	}
	t.write(a.out)
	if next != "" {
		a.note("there are more: --after %s", next)
	}
	return nil
}

// someJobs goes through pages until there are as many as wanted, because a page may be short.
func someJobs(ctx context.Context, h *host.Host, q host.JobQuery) (jobs []*host.Job, next string, err error) {
	jobs = []*host.Job{}
	const page = 1000
	for wanted := q.Limit; ; {
		q.Limit = min(wanted-len(jobs), page)
		more, next, err := h.ListJobs(ctx, q)
		if err != nil {
			return nil, "", err
		}
		if jobs = append(jobs, more...); next == "" || len(jobs) >= wanted {
			return jobs, next, nil
		}
		q.After = next
	}
}

// done is how many tasks of an array have ended: "37/100"; "" for a job of one task.
func done(counts map[scheduler.State]int, tasks int) string {
	if tasks == 1 {
		return ""
	}
	n := 0
	for s, count := range counts {
		if s.Terminal() {
			n += count
		}
	}
	return fmt.Sprintf("%d/%d", n, tasks)
}

// tally is how many tasks are in each state, in words.
func tally(counts map[scheduler.State]int) string {
	var words []string
	for _, s := range scheduler.States() {
		if counts[s] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return strings.Join(words, ", ")
}

// states is a repeatable flag.
type states []scheduler.State

func (s *states) String() string { return "" }

// Type is how help shows the flag's value.
func (s *states) Type() string { return "STATE" }

// Set adds a state.
func (s *states) Set(word string) error {
	known := stateNames()
	if slices.Contains(known, word) {
		*s = append(*s, scheduler.State(word))
		return nil
	}
	hint := "want one of " + strings.Join(known, ", ")
	if near := nearest(word, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fault.Invalid.New("%s", hint)
}

// pairs takes KEY=VALUE apart.
func pairs(flag string, given []string) (map[string]string, error) {
	if len(given) == 0 {
		return nil, nil
	}
	m := make(map[string]string, len(given))
	for _, g := range given {
		k, v, ok := strings.Cut(g, "=")
		if !ok || k == "" {
			return nil, fault.Invalid.New("%s %q: write %s %s=VALUE", flag, g, flag, cmp.Or(k, "KEY"))
		}
		if _, twice := m[k]; twice {
			return nil, fault.Invalid.New("%s %s is given twice", flag, k)
		}
		m[k] = v
	}
	return m, nil
}
