package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newDeadLetters(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dead-letters",
		Short: "Look at events that a portal's handler did not take, and have them told again",
		Long: `A portal's handlers are told of jobs' events until they take them. What a handler still
does not take after many attempts is put aside, with the reason: a dead letter. HANDLER is
the name that the portal has given it.`,
	}
	group(cmd)
	cmd.AddCommand(newDeadLettersList(a), newDeadLettersRetry(a), newDeadLettersDrop(a))
	return cmd
}

func newDeadLettersList(a *app) *cobra.Command {
	after, limit := "", 50
	cmd := &cobra.Command{
		Use:     "list HANDLER",
		Short:   "List the events that a handler did not take, the oldest of each scheduler first",
		Example: "  oceanid dead-letters list results\n  oceanid dead-letters list results -o json | jq -r '.dead_letters[].reason' | sort | uniq -c",
		Args:    arguments("HANDLER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return wrongUsage(cmd, "--limit must be at least 1")
			}
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				letters, err := someLetters(ctx, h, args[0], after, limit)
				if err != nil {
					return err
				}
				return a.showLetters(letters, limit)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "how many at most")
	cmd.Flags().StringVar(&after, "after", "", "go on after the letter with this `ID`")
	return cmd
}

// someLetters goes through pages until there are as many as wanted, or all.
func someLetters(ctx context.Context, h *host.Host, handler, after string, wanted int) ([]host.DeadLetter, error) {
	const page = 1000
	all := []host.DeadLetter{}
	for len(all) < wanted {
		size := min(wanted-len(all), page)
		more, err := h.ListDeadLetters(ctx, handler, after, size)
		if err != nil {
			return nil, err
		}
		if all = append(all, more...); len(more) < size {
			break
		}
		after = more[len(more)-1].ID
	}
	return all, nil
}

func (a *app) showLetters(letters []host.DeadLetter, limit int) error {
	if a.format == asJSON {
		return a.document(struct {
			DeadLetters []host.DeadLetter `json:"dead_letters"`
		}{letters})
	}
	if len(letters) == 0 {
		a.note("there are none")
		return nil
	}
	t := a.newTable("ID", "JOB", "SCHEDULER", "STATE", "HAPPENED", "ATTEMPTS", "REASON")
	for _, l := range letters {
		t.row(l.ID, l.Event.Job, l.Event.Scheduler, state(l.Event.State), a.ago(l.Event.Time), l.Attempts, l.Reason)
	}
	t.write(a.out)
	if len(letters) == limit {
		a.note("there may be more: --after %s", letters[len(letters)-1].ID)
	}
	return nil
}

func newDeadLettersRetry(a *app) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "retry HANDLER ID…",
		Short: "Have events told to their handler again",
		Long: `Has events told to their handler again, by the portal that runs it, with as many attempts
as at first.`,
		Example: "  oceanid dead-letters retry results $ID\n  oceanid dead-letters retry results --all",
		Args: func(cmd *cobra.Command, args []string) error {
			if all {
				return arguments("HANDLER")(cmd, args)
			}
			return arguments("HANDLER", "ID…")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				handler, ids := args[0], args[1:]
				if all {
					var err error
					if ids, err = letterIDs(ctx, h, handler); err != nil {
						return err
					}
				}
				return a.each("retrying", ids, func(id string) (bool, error) { return true, h.RetryDeadLetter(ctx, handler, id) })
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all of the handler")
	return cmd
}

// letterIDs are those of all letters of a handler.
func letterIDs(ctx context.Context, h *host.Host, handler string) (ids []string, err error) {
	const most = 1 << 30
	letters, err := someLetters(ctx, h, handler, "", most)
	for _, l := range letters {
		ids = append(ids, l.ID)
	}
	return ids, err
}

func newDeadLettersDrop(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "drop HANDLER ID…",
		Short:   "Forget events that a handler did not take",
		Example: "  oceanid dead-letters drop results $ID",
		Args:    arguments("HANDLER", "ID…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				return a.each("dropped", args[1:], func(id string) (bool, error) { return true, h.DropDeadLetter(ctx, args[0], id) })
			})
		},
	}
}
