package main

import (
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/internal/config"
)

func newJobsCheck(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "check -f FILE [NAME…]",
		Short: "Tell every mistake in a file with jobs and workflows",
		Long: `Tells every mistake in the jobs and workflows of a file, or in those that are named, each
with its file, line and column: what is mistyped or missing, inputs that are not there,
nodes that wait for each other. It opens no store, connects to no pool and submits nothing;
what only a driver knows, such as a pool's own options, is checked by submit before
anything is sent.`,
		Example:           "  oceanid jobs check -f examples/jobs.hcl\n  oceanid jobs check -f examples/jobs.hcl flood -o json",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return wrongUsage(cmd, "-f FILE is missing")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, names []string) error {
			all, err := config.LoadJobs(file, names...)
			if err == nil {
				_, err = named(file, all, names)
			}
			return a.checked(file, err, nil)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "check the jobs of this `FILE`, or of all files of a folder")
	files(cmd, "file")
	return cmd
}
