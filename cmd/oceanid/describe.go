package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

func newDriversDescribe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "describe NAME|BINARY",
		Short:             "Show what a driver can do and what its configuration may hold",
		Long:              "Shows what a driver can do and what its configuration may hold: one that was found, by its\nname, or any program, by its path.",
		Example:           "  oceanid drivers describe condor\n  oceanid drivers describe ./oceanid-slurm",
		Args:              arguments("NAME|BINARY"),
		ValidArgsFunction: a.programs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if isPath(args[0]) {
				return a.describeProgram(cmd, args[0])
			}
			return a.withInspector(cmd, "", func(ctx context.Context, i *host.Inspector) error { return a.describe(ctx, i, args[0]) })
		},
	}
}

// describeProgram puts a program into a configuration of its own, and so looks at it with the eyes of a host.
func (a *app) describeProgram(cmd *cobra.Command, path string) error {
	p, err := a.program(cmd, path)
	if err != nil {
		return err
	}
	dir, err := p.household()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return a.withInspector(cmd, dir, func(ctx context.Context, i *host.Inspector) error { return a.describe(ctx, i, p.said.GetName()) })
}

func (a *app) describe(ctx context.Context, i *host.Inspector, name string) error {
	d, err := i.DescribeDriver(ctx, name)
	if err != nil {
		return err
	}
	return a.showDescription(d)
}

func (a *app) showDescription(d host.Description) error {
	if a.format == asJSON {
		return a.document(d)
	}
	t := a.newTable()
	t.field("Name", d.Name)
	t.field("Version", d.Version)
	t.field("About", d.Summary)
	t.field("May run a job twice", d.AtLeastOnce)
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

// lastWord is what people call a service: "logs" for oceanid.scheduler.v1.Logs.
func lastWord(service string) string {
	return strings.ToLower(service[strings.LastIndexByte(service, '.')+1:])
}

// capabilities are the services that not every driver has, in a word each.
func capabilities(services []string) (words []string) {
	for _, s := range services {
		switch word := lastWord(s); word {
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
