package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestOutcomes(t *testing.T) {
	t.Parallel()
	d := ben(t)
	for name, c := range map[string]struct {
		job    scheduler.Job
		state  scheduler.State
		exit   *scheduler.Exit
		reason string
		cause  scheduler.Cause
	}{
		"well":              {scheduler.Job{Command: "true"}, scheduler.Succeeded, &scheduler.Exit{}, "", ""},
		"exit code":         {scheduler.Job{Command: "sh", Args: []string{"-c", "exit 3"}}, scheduler.Failed, &scheduler.Exit{Code: 3}, "exit code 3", ""},
		"code of a signal":  {scheduler.Job{Command: "sh", Args: []string{"-c", "exit 137"}}, scheduler.Failed, &scheduler.Exit{Code: 137}, "exit code 137", ""},
		"SIGKILL":           {scheduler.Job{Command: "sh", Args: []string{"-c", "kill -9 $$"}}, scheduler.Failed, &scheduler.Exit{Signal: 9}, "signal 9 (killed)", ""},
		"SIGTERM":           {scheduler.Job{Command: "sh", Args: []string{"-c", "kill $$"}}, scheduler.Failed, &scheduler.Exit{Signal: 15}, "signal 15", ""},
		"no such command":   {scheduler.Job{Command: "/no/such"}, scheduler.Failed, nil, "no such file", scheduler.CauseStart},
		"out of its time":   {scheduler.Job{Command: "sleep", Args: []string{"100"}, Resources: scheduler.Resources{RunTime: 1e9}}, scheduler.Failed, nil, "after the 1s", scheduler.CauseRunTime},
		"with what it asks": {scheduler.Job{Command: "true", Resources: scheduler.Resources{CPUs: 1.5, Memory: 100 << 20, GPUs: 1, Disk: 1 << 30}}, scheduler.Succeeded, &scheduler.Exit{}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := awaitState(t, d, submit(t, d, c.job), "ended", terminal)[0]
			if s.State != c.state || s.Cause != c.cause || !strings.Contains(s.Reason, c.reason) || (s.Exit == nil) != (c.exit == nil) || s.Exit != nil && *s.Exit != *c.exit {
				t.Errorf("%+v %+v, want %v %+v %q %q", s, s.Exit, c.state, c.exit, c.reason, c.cause)
			}
			if s.Node != "lab" || s.Time.IsZero() {
				t.Errorf("ended on %q at %v", s.Node, s.Time)
			}
		})
	}
}
