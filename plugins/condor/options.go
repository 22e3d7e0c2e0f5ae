package main

import (
	"errors"
	"maps"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// CheckOptions takes submit commands (see package command): those that HTCondor has, but for the driver's own, as far as the operator allows them.
func (d *driver) CheckOptions(options map[string]any) error {
	return errors.Join(command.Check(options), d.rules.Check(options))
}

// withDefaults is the job with the operator's options where it has none of its own.
func (d *driver) withDefaults(job scheduler.Job) scheduler.Job {
	if len(d.defaults) == 0 {
		return job
	}
	options := maps.Clone(d.defaults)
	for name, value := range job.Options {
		maps.DeleteFunc(options, func(given string, _ any) bool { return command.Same(given, name) })
		options[name] = value
	}
	job.Options = options
	return job
}

// defaults are the operator's options as a job would have them.
func (c Config) defaults() map[string]any {
	options := make(map[string]any, len(c.Options))
	for name, value := range c.Options {
		options[name] = value
	}
	return options
}

func (c Config) validateOptions() error {
	var errs []error
	if err := command.Check(c.defaults()); err != nil {
		errs = append(errs, sdk.Invalid("options", "%s", strings.TrimPrefix(err.Error(), "options: ")))
	}
	for field, patterns := range map[string][]string{"allow_options": c.AllowOptions, "deny_options": c.DenyOptions} {
		for _, pattern := range patterns {
			if err := command.CheckPattern(pattern); err != nil {
				errs = append(errs, sdk.Invalid(field, "%q: %v", pattern, err))
			}
		}
	}
	return errors.Join(errs...)
}
