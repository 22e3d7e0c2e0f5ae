package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newDrivers(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "drivers", Short: "Look at the drivers, each for one type of scheduler"}
	group(cmd)
	cmd.AddCommand(newDriversList(a), newDriversDescribe(a))
	cmd.AddCommand(newDriversNew(a), newDriversRun(a), newDriversConform(a), newDriversDocs(a))
	return cmd
}

func newDriversList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the drivers that were found, and those that were refused with the reason",
		Example: "  oceanid drivers list",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withInspector(cmd, "", func(_ context.Context, i *host.Inspector) error { return a.showDrivers(i.Drivers()) })
		},
	}
}

func (a *app) showDrivers(all []host.Driver) error {
	if a.format == asJSON {
		return a.document(struct {
			Drivers []host.Driver `json:"drivers"`
		}{append([]host.Driver{}, all...)})
	}
	t := a.newTable("NAME", "VERSION", "STATE", "FOUND", "ABOUT")
	for _, d := range all {
		t.row(d.Name, d.Version, driverState(d.State), cmp.Or(d.Path, d.Source), cmp.Or(d.Reason, d.Summary))
	}
	if len(all) == 0 {
		a.note("no driver was found beside the program, in drivers/ there, or in the configuration's driver_dir")
		return nil
	}
	t.write(a.out)
	return nil
}

func driverState(s string) painted {
	switch s {
	case "refused", "failed":
		return painted{s, red}
	case "backing off":
		return painted{s, yellow}
	case "ready":
		return painted{s, green}
	}
	return painted{s, faint}
}
