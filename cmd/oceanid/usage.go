package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oceanid/oceanid/sdk/fault"
)

// wrongUsage is the error of a command line that cannot be carried out. Arguments are not repeated in it: one may be a secret that went astray.
func wrongUsage(cmd *cobra.Command, format string, args ...any) error {
	return fault.Invalid.New("%s (see %s --help)", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// wrongFlag puts pflag's errors into a sentence, with the flag that was probably meant.
func wrongFlag(cmd *cobra.Command, err error) error {
	text := err.Error()
	if unknown := (*pflag.NotExistError)(nil); errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := nearest(unknown.GetSpecifiedName(), known); near != "" {
			text += fmt.Sprintf("; did you mean --%s?", near)
		}
	}
	return wrongUsage(cmd, "%s", text)
}

// oneDash is the first flag with a long name that was written with one dash, as other programs have it: -config FILE is read as -c onfig FILE. "": there is
// none.
func oneDash(root *cobra.Command, args []string) string {
	cmd, _, err := root.Find(args)
	if err != nil {
		return ""
	}
	for _, arg := range args {
		if arg == "--" {
			break
		}
		name, single := strings.CutPrefix(arg, "-")
		name, _, _ = strings.Cut(name, "=")
		if single && len(name) > 1 && cmd.Flag(name) != nil {
			return name
		}
	}
	return ""
}

// group makes of cmd a command that only holds others: by itself it shows its help.
func group(cmd *cobra.Command) {
	cmd.SuggestionsMinimumDistance = 2
	cmd.DisableFlagsInUseLine = true
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		text := fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			text += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return wrongUsage(cmd, "%s", text)
	}
}

// arguments wants exactly these; a last one that ends in "…" stands for one or more.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		more := len(names) > 0 && strings.HasSuffix(names[len(names)-1], "…")
		switch {
		case len(args) < len(names):
			return wrongUsage(cmd, "%s is missing", strings.TrimSuffix(names[len(args)], "…"))
		case len(args) > len(names) && len(names) == 0:
			return wrongUsage(cmd, "no argument is expected")
		case len(args) > len(names) && !more:
			return wrongUsage(cmd, "only %s expected, and there are %d arguments", strings.Join(names, " ")+map[bool]string{true: " is", false: " are"}[len(names) == 1], len(args))
		}
		return nil
	}
}

// nearest is the known name that was most likely meant, or "".
func nearest(name string, known []string) string {
	best, least := "", min(3, 1+len(name)/3)+1
	for _, k := range known {
		if d := levenshtein.Distance(name, k, nil); d < least {
			best, least = k, d
		}
	}
	return best
}
