package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// alone refuses what cannot stand beside -f: the file says it all.
func (s *submission) alone(cmd *cobra.Command, dash int) error {
	if dash >= 0 {
		return wrongUsage(cmd, "a COMMAND cannot stand beside -f: the file says what is run")
	}
	beside := []string{"file", "scheduler", "wait"}
	own := cmd.LocalNonPersistentFlags()
	var wrong error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if own.Lookup(f.Name) != nil && !slices.Contains(beside, f.Name) && wrong == nil {
			wrong = wrongUsage(cmd, "--%s cannot stand beside -f: write it into the file", f.Name)
		}
	})
	return wrong
}

// submitFile submits the jobs of a file that are named, or all, in the order of the file. Before the first one is submitted all are looked at.
func (a *app) submitFile(cmd *cobra.Command, s submission, names []string) error {
	all, err := config.LoadJobs(s.file, names...)
	if err != nil {
		return err
	}
	if all, err = named(s.file, all, names); err != nil {
		return err
	}
	for i, w := range all {
		if all[i].Scheduler = cmp.Or(w.Scheduler, s.scheduler); all[i].Scheduler == "" {
			return w.Invalid("", "it does not say which scheduler it is for", `add scheduler = "…", or say it with --scheduler`)
		}
	}
	return a.withHost(cmd, follows(s.wait), func(ctx context.Context, h *host.Host) error {
		if len(all) == 1 {
			job, err := wish(ctx, h, all[0])
			if err != nil {
				return err
			}
			return a.submitted(ctx, job, s.wait)
		}
		if err := checkAll(ctx, h, all); err != nil {
			return err
		}
		jobs, err := a.submitAll(ctx, h, s, all)
		if s.wait {
			for _, job := range jobs {
				if a.format == asTable {
					a.note("watching %s: %s", job.Name, job.ID)
				}
				err = errors.Join(err, a.await(ctx, job))
				if interrupted(ctx) != nil {
					return err
				}
			}
		}
		return err
	})
}

// named are those of the jobs that have one of the names, in the order of the file; all, if there are no names.
func named(file string, all []config.Wanted, names []string) (some []config.Wanted, err error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, w := range all {
		known = append(known, w.Name)
		if slices.Contains(names, w.Name) {
			some = append(some, w)
		}
	}
	for _, n := range names {
		if slices.Contains(known, n) {
			continue
		}
		hint := "it has " + strings.Join(known, ", ")
		if near := nearest(n, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, fault.NotFound.New("%s has no job %q; %s", file, n, hint)
	}
	return some, nil
}

// wish submits one job or workflow. What is wrong with it is told at its place in the file.
func wish(ctx context.Context, h *host.Host, w config.Wanted) (*host.Job, error) {
	s, err := h.GetScheduler(ctx, w.Scheduler)
	if err != nil {
		return nil, w.Refused("scheduler", err)
	}
	var job *host.Job
	if w.Workflow != nil {
		job, err = s.SubmitWorkflow(ctx, *w.Workflow)
	} else {
		job, err = s.Submit(ctx, w.Job)
	}
	return job, w.Refused("", err)
}
