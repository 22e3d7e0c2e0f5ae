package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newJobsNodes(a *app) *cobra.Command {
	asIs := false
	cmd := &cobra.Command{
		Use:   "nodes ID",
		Short: "Show how the nodes of a workflow stand",
		Long: `Shows how each node of a workflow stands; those of a workflow within a node below it, as
OUTER/INNER. TASK is the number of its first task, which jobs logs --task takes.`,
		Example:           "  oceanid jobs nodes $ID\n  oceanid jobs nodes $ID -o json | jq -r '.nodes[] | select(.state == \"failed\").name'",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				job, err := a.current(ctx, h, args[0], asIs)
				if err != nil {
					return err
				}
				nodes, err := job.ListNodes(ctx)
				if err != nil {
					return err
				}
				if a.format == asJSON {
					return a.document(struct {
						Job   string      `json:"job"`
						Nodes []host.Node `json:"nodes"`
					}{job.ID, nodes})
				}
				a.nodesTable(flat(nodes, "")).write(a.out)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asIs, "no-refresh", false, "do not ask the pool, show what is known")
	return cmd
}

// flat are the nodes with those of workflows within, by their whole names.
func flat(nodes []host.Node, within string) (all []host.Node) {
	for _, n := range nodes {
		n.Name = within + n.Name
		all = append(append(all, n), flat(n.Nodes, n.Name+"/")...)
	}
	return all
}

func (a *app) nodesTable(nodes []host.Node) *table {
	t := a.newTable("NODE", "STATE", "TASK", "DONE", "EXIT", "HOST", "REASON")
	for _, n := range nodes {
		t.row(n.Name, state(n.State), n.First, done(n.Counts, n.Tasks), exitWords(n.Exit), n.Host, why(n.State, n.Reason))
	}
	return t
}
