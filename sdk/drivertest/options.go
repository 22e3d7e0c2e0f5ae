package drivertest

import (
	"encoding/json"
	"regexp"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Options say how the suite is run. The zero value works for a driver that needs no configuration.
type Options struct {
	// Config is the configuration of the scheduler that is tested, as canonical JSON under the driver's schema, with its secrets. What is left
	// out and has a default is filled in. Empty: {}.
	Config json.RawMessage
	// Unreachable is another configuration: one that the driver takes, and with which it reaches no pool. Empty: what a driver does then is not tested.
	Unreachable json.RawMessage
	// Refuses are services that the driver serves, and with Config refuses, by their short names, such as "workflows". The driver is held to it: every verb of theirs
	// is Unsupported, says why, and leaves nothing. Their own checks do not apply. See [Refusable].
	Refuses []string
	// Env is added to the environment of the driver's processes.
	Env map[string]string
	// Patience is the longest that the pool may take for one step, such as a trivial job from submission to end. Default: 60 s.
	Patience time.Duration
	// Only selects the checks to run by their names; nil: all.
	Only *regexp.Regexp
	// Parallel is how many checks run at once. Default: 8.
	Parallel int
	// Observe is told of each check as it ends, never of two at once; nil: nobody is.
	Observe func(Result)
	// Log receives the log of the driver's processes; nil: nothing does.
	Log hclog.Logger
}

func (o Options) withDefaults() Options {
	if len(o.Config) == 0 {
		o.Config = json.RawMessage("{}")
	}
	if o.Patience == 0 {
		o.Patience = 60 * time.Second
	}
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	return o
}

func (o Options) wants(name string) bool { return o.Only == nil || o.Only.MatchString(name) }
