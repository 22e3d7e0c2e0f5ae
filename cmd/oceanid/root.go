package main

import (
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
)

// newRoot is the command as a whole.
func newRoot(a *app) *cobra.Command {
	a.format, a.level = asTable, logLevel(hclog.Warn)
	root := &cobra.Command{
		Use:   "oceanid",
		Short: "Work with schedulers and jobs from a terminal or a script",
		Long: `Oceanid runs jobs on computing pools. This command works with the schedulers and
jobs of one configuration, beside the portal that uses it or without one.

Standard output is the result, a table for people or with -o json for programs;
everything else is on standard error. Exit codes: oceanid help exit-codes.`,
		Example: `  oceanid config check
  oceanid schedulers test Default
  oceanid jobs submit Default --wait -- hostname
  oceanid jobs list --state running -o json`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	group(root)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.SetFlagErrorFunc(wrongFlag)
	// A command that only holds others runs for the sake of its help, which is no use of it.
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1))
	flags := root.PersistentFlags()
	flags.StringVarP(&a.config, "config", "c", "", "`PATH` of the configuration, a file or a folder (default $OCEANID_CONFIG, else config.hcl)")
	flags.VarP(&a.format, "format", "o", "how results are shown")
	flags.Var(&a.level, "log-level", "from which level on logs are shown, on standard error")
	files(root, "config")
	fixed(root, "format", string(asTable), string(asJSON))
	fixed(root, "log-level", levels()...)
	root.AddCommand(newConfig(a), newDrivers(a), newSchedulers(a), newJobs(a), newDeadLetters(a), newServe(a), newVersion(a), newExitCodes())
	return root
}
