package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

// patience bounds how long somebody who pressed Tab waits.
const patience = 2 * time.Second

// completion gives the words that may stand at one place.
type completion func(ctx context.Context, h *host.Host, args []string) []cobra.Completion

// completing makes of a completion what cobra asks. It never makes a store: without a configuration there is nothing to propose.
func (a *app) completing(words completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if a.configPath() == "" && missing(configName) && missing("oceanid.data") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), patience)
		defer cancel()
		o := a.options(lookAndGo)
		o.Log = nil
		h, err := host.Open(ctx, o)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer h.Close(ctx)
		return words(ctx, h, args), cobra.ShellCompDirectiveNoFileComp
	}
}

// programs proposes drivers by their names, and lets the shell propose files.
func (a *app) programs(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if isPath(begun) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	words, _ := a.completing(driverNames)(cmd, args, begun)
	return words, cobra.ShellCompDirectiveDefault
}

// first proposes words for the first argument only.
func first(words completion) completion {
	return func(ctx context.Context, h *host.Host, args []string) []cobra.Completion {
		if len(args) > 0 {
			return nil
		}
		return words(ctx, h, args)
	}
}

func schedulerNames(ctx context.Context, h *host.Host, _ []string) (words []cobra.Completion) {
	all, err := h.ListSchedulers(ctx, host.ListOptions{})
	if err != nil {
		return nil
	}
	for _, s := range all {
		words = append(words, cobra.CompletionWithDesc(clean(s.Name()), clean(s.Type())))
	}
	return words
}

func driverNames(_ context.Context, h *host.Host, _ []string) (words []cobra.Completion) {
	for _, d := range h.Drivers() {
		if d.State != "refused" {
			words = append(words, cobra.CompletionWithDesc(clean(d.Name), clean(d.Summary)))
		}
	}
	return words
}

// jobIDs are those of the newest jobs.
func jobIDs(ctx context.Context, h *host.Host, _ []string) (words []cobra.Completion) {
	all, _, err := h.ListJobs(ctx, host.JobQuery{})
	if err != nil {
		return nil
	}
	for _, j := range all {
		words = append(words, cobra.CompletionWithDesc(j.ID, clean(j.Name+", "+string(j.State))))
	}
	return words
}

// optionNames are the options of the driver that is the first argument: the secret ones, or the others.
func optionNames(secret bool) completion {
	return func(ctx context.Context, h *host.Host, args []string) (words []cobra.Completion) {
		if len(args) == 0 {
			return nil
		}
		d, err := h.DescribeDriver(ctx, args[0])
		if err != nil {
			return nil
		}
		for _, o := range d.Options {
			if o.Sensitive == secret {
				words = append(words, cobra.CompletionWithDesc(clean(o.Name)+"=", clean(o.Doc)))
			}
		}
		return words
	}
}

// complete has a flag completed that was defined just before.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, f) // fails only for a flag that is not there, or twice
}

// fixed has a flag completed with one of a few words.
func fixed(cmd *cobra.Command, flag string, words ...cobra.Completion) {
	complete(cmd, flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// files has a flag completed with the names of files.
func files(cmd *cobra.Command, flag string) {
	complete(cmd, flag, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault))
}

// folders has a flag completed with the names of folders.
func folders(cmd *cobra.Command, flag string) {
	complete(cmd, flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
}
