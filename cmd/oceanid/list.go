package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// listing is what the flags of jobs list say.
type listing struct {
	query  host.JobQuery
	states states
	labels []string
	asIs   bool
}

func newJobsList(a *app) *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List jobs, the newest first",
		Example: `  oceanid jobs list --user ada --state running --state queued
  oceanid jobs list --label project=flood --limit 200 -o json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.query.Limit < 1 {
				return wrongUsage(cmd, "--limit must be at least 1")
			}
			l.query.States = l.states
			if l.query.Labels, err = pairs("--label", l.labels); err != nil {
				return err
			}
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error { return a.listJobs(ctx, h, l) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&l.query.Scheduler, "scheduler", "", "only those of one scheduler")
	flags.StringVar(&l.query.User, "user", "", "only those of one user")
	flags.Var(&l.states, "state", "only those in one state; repeatable")
	flags.StringArrayVar(&l.labels, "label", nil, "only those with a label, as `KEY=VALUE`; repeatable")
	flags.IntVar(&l.query.Limit, "limit", 50, "how many at most")
	flags.StringVar(&l.query.After, "after", "", "go on after the `CURSOR` that the list before gave")
	flags.BoolVar(&l.asIs, "no-refresh", false, "do not ask the pools, show what is known")
	complete(cmd, "scheduler", a.completing(schedulerNames))
	var words []string
	for _, s := range scheduler.States() {
		words = append(words, string(s))
	}
	fixed(cmd, "state", words...)
	return cmd
}

func (a *app) listJobs(ctx context.Context, h *host.Host, l listing) error {
	if !l.asIs {
		a.refresh(ctx, h, l.query.Scheduler)
	}
	jobs, next, err := someJobs(ctx, h, l.query)
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
		t.row(j.ID, j.Name, j.Scheduler, j.User, state(j.State), done(j.Counts, j.Tasks), a.ago(j.Created))
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
	var known []string
	for _, state := range scheduler.States() {
		if string(state) == word {
			*s = append(*s, state)
			return nil
		}
		known = append(known, string(state))
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
