package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newSchedulersInspect(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect NAME",
		Short: "Show what a scheduler's pool is made of, and how busy it is",
		Long: `Asks a scheduler's pool what it is made of and shows how much of it is in use: in all, and
for each machine, up to 1000 of them. Jobs are those of everybody.`,
		Example:           "  oceanid schedulers inspect Default\n  oceanid schedulers inspect Default -o json | jq '.sum.cpus - .sum.cpus_used'",
		Args:              arguments("NAME"),
		ValidArgsFunction: a.completing(first(schedulerNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				s, err := h.GetScheduler(ctx, args[0])
				if err != nil {
					return err
				}
				pool, err := s.Inspect(ctx)
				if err != nil {
					return err
				}
				return a.showPool(pool)
			})
		},
	}
}

func (a *app) showPool(p scheduler.Pool) error {
	if a.format == asJSON {
		return a.document(p)
	}
	t := a.newTable()
	t.field("Pool", p.Name)
	t.field("Software", strings.TrimSpace(p.Software+" "+p.Version))
	t.field("Machines", p.Count)
	t.field("CPUs", used(p.Sum.CPUsUsed, p.Sum.CPUs))
	t.field("Memory", usedBytes(p.Sum))
	if p.Sum.GPUs > 0 {
		t.field("GPUs", used(float64(p.Sum.GPUsUsed), float64(p.Sum.GPUs)))
	}
	t.field("Jobs", tally(p.Jobs))
	t.write(a.out)
	if len(p.Nodes) == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	t = a.newTable("MACHINE", "STATE", "CPUS", "MEMORY", "GPUS", "VERSION")
	for _, n := range p.Nodes {
		gpus := ""
		if n.GPUs > 0 {
			gpus = used(float64(n.GPUsUsed), float64(n.GPUs))
		}
		t.row(n.Name, n.State, used(n.CPUsUsed, n.CPUs), usedBytes(n.Capacity), gpus, n.Version)
	}
	t.write(a.out)
	if more := p.Count - len(p.Nodes); more > 0 {
		a.note("%d more machines are in the sums only", more)
	}
	return nil
}

// used is how much of something is in use: "3 of 8".
func used(n, of float64) string { return fmt.Sprintf("%g of %g", n, of) }

func usedBytes(c scheduler.Capacity) string {
	return humanize.IBytes(uint64(max(c.MemoryUsed, 0))) + " of " + humanize.IBytes(uint64(max(c.Memory, 0)))
}
