package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newSchedulers(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "schedulers", Short: "Make, test, show and delete named schedulers"}
	group(cmd)
	cmd.AddCommand(newSchedulersList(a), newSchedulersShow(a), newSchedulersCreate(a), newSchedulersTest(a), newSchedulersInspect(a), newSchedulersDelete(a))
	return cmd
}

func newSchedulersList(a *app) *cobra.Command {
	var typ string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the schedulers by name",
		Example: "  oceanid schedulers list --type condor",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				all, err := allSchedulers(ctx, h, typ)
				if err != nil {
					return err
				}
				health, err := h.ListHealth(ctx, all)
				if err != nil {
					return err
				}
				return a.showSchedulers(all, health)
			})
		},
	}
	cmd.Flags().StringVar(&typ, "type", "", "only those of one driver")
	complete(cmd, "type", a.completing(driverNames))
	return cmd
}

// allSchedulers goes through all pages.
func allSchedulers(ctx context.Context, h *host.Host, typ string) ([]*host.Scheduler, error) {
	const page = 1000
	all := []*host.Scheduler{}
	for o := (host.ListOptions{Type: typ, Limit: page}); ; o.After = all[len(all)-1].Name() {
		more, err := h.ListSchedulers(ctx, o)
		if err != nil {
			return nil, err
		}
		if all = append(all, more...); len(more) < page {
			return all, nil
		}
	}
}

// schedulerDocument is a scheduler in JSON, with its health.
type schedulerDocument struct {
	Name     string      `json:"name"`
	Type     string      `json:"type"`
	Revision int64       `json:"revision"`
	Managed  string      `json:"managed,omitempty"`
	Config   host.Config `json:"config"`
	// Health has beside when the pool answered, and since when not, whether its jobs' states are stale by now.
	Health healthDocument `json:"health"`
}

type healthDocument struct {
	host.Health
	Stale bool `json:"stale"`
}

func newSchedulerDocument(s *host.Scheduler, health host.Health) schedulerDocument {
	return schedulerDocument{s.Name(), s.Type(), s.Revision(), s.Managed(), s.Config(), healthDocument{health, !health.Since.IsZero()}}
}

// showSchedulers lists them, each with its health.
func (a *app) showSchedulers(all []*host.Scheduler, health []host.Health) error {
	if a.format == asJSON {
		documents := make([]schedulerDocument, len(all))
		for i, s := range all {
			documents[i] = newSchedulerDocument(s, health[i])
		}
		return a.document(struct {
			Schedulers []schedulerDocument `json:"schedulers"`
		}{documents})
	}
	if len(all) == 0 {
		a.note("there are no schedulers; make one with oceanid schedulers create, or in the configuration")
		return nil
	}
	t := a.newTable("NAME", "TYPE", "HOST", "POOL", "MANAGED BY")
	for i, s := range all {
		address, _ := s.Config()["host"].(string)
		t.row(s.Name(), s.Type(), address, a.healthWord(health[i]), s.Managed())
	}
	t.write(a.out)
	return nil
}

func newSchedulersShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show a scheduler with how its pool answers, and its configuration without its secrets",
		Long: `Shows a scheduler, and how its pool answered those who follow its jobs: it is asked only
while it has jobs that have not ended. oceanid schedulers test asks it now.`,
		Example:           "  oceanid schedulers show Default",
		Args:              arguments("NAME"),
		ValidArgsFunction: a.completing(first(schedulerNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				s, err := h.GetScheduler(ctx, args[0])
				if err != nil {
					return err
				}
				health, err := s.Health(ctx)
				if err != nil {
					return err
				}
				return a.showScheduler(s, health)
			})
		},
	}
}

func (a *app) showScheduler(s *host.Scheduler, health host.Health) error {
	if a.format == asJSON {
		return a.document(newSchedulerDocument(s, health))
	}
	t := a.newTable()
	t.field("Name", s.Name())
	t.field("Type", s.Type())
	t.field("Revision", s.Revision())
	t.field("Managed by", s.Managed())
	t.field("Pool", a.healthWords(s.Name(), health))
	t.field("Last heard", a.when(health.Heard))
	t.write(a.out)
	options := a.newTable("OPTION", "VALUE")
	flatten(options, "", map[string]any(s.Config()))
	if len(options.rows) > 1 {
		fmt.Fprintln(a.out)
		options.write(a.out)
	}
	return nil
}

// healthWord is how a pool answers those who follow its jobs, for a table: nothing of one that nobody has followed yet.
func (a *app) healthWord(health host.Health) painted {
	switch {
	case !health.Since.IsZero():
		return painted{"no answer since " + a.ago(health.Since), yellow}
	case health.Heard.IsZero():
		return painted{}
	}
	return painted{"answers", green}
}

// healthWords tell how a pool answers those who follow its jobs.
func (a *app) healthWords(name string, health host.Health) painted {
	switch {
	case !health.Since.IsZero():
		return painted{"has not answered since " + a.when(health.Since) + ": " + health.Reason, yellow}
	case health.Heard.IsZero():
		return painted{text: "not known yet: oceanid schedulers test " + name + " asks it"}
	}
	return painted{"answers", green}
}

// flatten adds what is in a configuration, with the names that --set takes.
func flatten(t *table, name string, value any) {
	prefix := name
	if prefix != "" {
		prefix += "."
	}
	switch v := value.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			flatten(t, prefix+k, v[k])
		}
	case []any:
		for i, item := range v {
			if _, block := item.(map[string]any); block {
				flatten(t, fmt.Sprintf("%s%d", prefix, i), item)
			} else {
				t.row(name, item)
			}
		}
	default:
		t.row(name, v)
	}
}

func newSchedulersDelete(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "delete NAME…",
		Short: "Delete schedulers and the records of their jobs",
		Long: `Deletes schedulers together with the records of their jobs. One with jobs that have not
ended is left alone, and so is one that the configuration defines. The pool is not told
anything.`,
		Example:           "  oceanid schedulers delete my_app",
		Args:              arguments("NAME…"),
		ValidArgsFunction: a.completing(schedulerNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				return a.each("deleted", args, func(name string) (bool, error) {
					s, err := h.GetScheduler(ctx, name)
					if err != nil {
						return false, err
					}
					return true, s.Delete(ctx)
				})
			})
		},
	}
}
