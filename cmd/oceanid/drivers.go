package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newDrivers(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "drivers", Short: "Look at the drivers, each for one type of scheduler"}
	group(cmd)
	cmd.AddCommand(newDriversList(a), newDriversDescribe(a))
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

func newDriversDescribe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "describe NAME",
		Short:             "Show what a driver can do and what its configuration may hold",
		Example:           "  oceanid drivers describe condor",
		Args:              arguments("NAME"),
		ValidArgsFunction: a.completing(first(driverNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withInspector(cmd, "", func(ctx context.Context, i *host.Inspector) error {
				d, err := i.DescribeDriver(ctx, args[0])
				if err != nil {
					return err
				}
				return a.showDescription(d)
			})
		},
	}
}

func (a *app) showDescription(d host.Description) error {
	if a.format == asJSON {
		return a.document(d)
	}
	t := a.newTable()
	t.field("Name", d.Name)
	t.field("Version", d.Version)
	t.field("About", d.Summary)
	t.field("Can", strings.Join(capabilities(d.Services), ", "))
	t.field("SDK", d.SDK)
	t.write(a.out)
	fmt.Fprintln(a.out)
	t = a.newTable("OPTION", "TYPE", "DEFAULT", "ABOUT")
	for _, o := range d.Options {
		t.row(o.Name, optionType(o), optionDefault(o), o.Doc)
	}
	t.write(a.out)
	return nil
}

// capabilities are the last words of the services that not every driver has: "logs" of oceanid.scheduler.v1.Logs.
func capabilities(services []string) (words []string) {
	for _, s := range services {
		switch word := strings.ToLower(s[strings.LastIndexByte(s, '.')+1:]); word {
		case "plugin":
		case "scheduler":
			words = append([]string{"submit, query, cancel"}, words...)
		default:
			words = append(words, word)
		}
	}
	return words
}

func optionType(o host.Option) string {
	text := o.Type
	if len(o.OneOf) > 0 {
		text = strings.Join(o.OneOf, "|")
	}
	if o.Sensitive {
		text = "secret"
	}
	return text
}

func optionDefault(o host.Option) painted {
	switch {
	case o.Required:
		return painted{"(required)", yellow}
	case o.Default != "":
		return painted{text: plain(o.Default)}
	}
	return painted{}
}

// plain is JSON as one would write it for --set: a string without its quotes.
func plain(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil {
		return s
	}
	return value
}
