package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/internal/config"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the configuration"}
	group(cmd)
	cmd.AddCommand(newConfigCheck(a))
	return cmd
}

func newConfigCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Tell every mistake in the configuration",
		Long: `Tells every mistake in the configuration, each with its file, line and column, and has
each driver check the schedulers of its type. It opens no store and connects to no
pool, and nothing takes effect.

What may be right, and is probably not meant, is told as a warning: a quota for a
scheduler that the configuration does not define. Warnings alone are no failure.`,
		Example: "  oceanid config check\n  oceanid --config /etc/oceanid config check -o json",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := cmp.Or(a.configPath(), configName)
			return a.withInspector(cmd, path, func(ctx context.Context, i *host.Inspector) error {
				return a.checked(path, i.CheckConfig(ctx), warnings(path))
			})
		},
	}
}

// warnings are those of a configuration, as far as its files tell. What is wrong with it is not said here.
func warnings(path string) []config.Diagnostic {
	file, _ := config.Load(path)
	if file == nil {
		return nil
	}
	return file.Warnings(nil)
}

// checked shows what a check has found. What is not a mistake in the configuration stays an error.
func (a *app) checked(path string, found error, warnings []config.Diagnostic) error {
	found = config.WithWarnings(found, warnings)
	wrong := (*config.Error)(nil)
	if a.format == asJSON && (found == nil || errors.As(found, &wrong)) {
		report := struct {
			Valid       bool                `json:"valid"`
			Diagnostics []config.Diagnostic `json:"diagnostics"`
		}{found == nil, append([]config.Diagnostic{}, warnings...)}
		if wrong != nil {
			report.Diagnostics = wrong.Diagnostics
		}
		return errors.Join(a.document(report), found)
	}
	if found != nil {
		return found
	}
	for _, w := range warnings {
		fmt.Fprintln(a.err, cleanLines(w.String()))
	}
	_, err := fmt.Fprintf(a.out, "%s is in order\n", path)
	return err
}
