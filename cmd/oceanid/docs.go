package main

import (
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/internal/reference"
)

func newDriversDocs(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "docs BINARY|NAME",
		Short: "Write a driver's reference page, in Markdown",
		Long: `Writes the reference page of a driver, in Markdown: what it is and can do, an example of its
block in the configuration, and all of its options. Everything comes from the driver itself,
above all from the tags of its configuration.`,
		Example:           "  oceanid drivers docs ./oceanid-slurm >docs/slurm.md",
		Args:              arguments("BINARY"),
		ValidArgsFunction: a.programs,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.program(cmd, args[0])
			if err != nil {
				return err
			}
			if a.format == asJSON {
				return wrongUsage(cmd, "a page is no JSON; oceanid drivers describe -o json tells the same to programs")
			}
			return reference.Write(a.out, p.said)
		},
	}
}
