package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestCausesOfHolds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code, sub int
		why       string
		want      scheduler.Cause
	}{
		"by a user":             {1, 0, "via condor_hold (by user ben)", scheduler.CauseUser},
		"by the job's policy":   {3, 7, "The job attribute PeriodicHold expression 'x' evaluated to TRUE", scheduler.CausePolicy},
		"not started":           {6, 2, "Failed to execute", scheduler.CauseStart},
		"output":                {12, 2, "no file", scheduler.CauseTransfer},
		"input":                 {13, 2, "no file", scheduler.CauseTransfer},
		"memory":                {34, 102, "Job has gone over cgroup memory limit of 128 megabytes", scheduler.CauseMemory},
		"memory, older":         {34, 0, "Job has gone over memory limit", scheduler.CauseMemory},
		"disk":                  {34, 104, "Job has exceeded its allocated disk", scheduler.CauseDisk},
		"memory, by the pool":   {26, 0, "memory usage exceeded request_memory", scheduler.CauseMemory},
		"disk, by the pool":     {26, 0, "disk usage is over the limit", scheduler.CauseDisk},
		"run time, by the pool": {26, 0, "the job exceeded its maximum wall time", scheduler.CauseRunTime},
		"by the pool":           {26, 0, "users of this group have no shares", scheduler.CausePolicy},
		"memory is not all":     {26, 0, "request_memory is missing", scheduler.CausePolicy},
		"duration":              {46, 0, "", scheduler.CauseRunTime},
		"execution":             {47, 0, "", scheduler.CauseRunTime},
		"unknown":               {999, 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s := held(scheduler.Status{}, test.why, test.code, test.sub); s.Cause != test.want || s.State != scheduler.Held {
				t.Errorf("%+v, not %q", s, test.want)
			}
		})
	}
}

func TestCausesOfRemovals(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]struct {
		state scheduler.State
		cause scheduler.Cause
	}{
		"via condor_rm (by user root@lab)":       {scheduler.Cancelled, scheduler.CauseUser},
		"":                                       {scheduler.Cancelled, scheduler.CauseUser},
		"Oceanid: ran longer than 2s":            {scheduler.Failed, scheduler.CauseRunTime},
		"Oceanid: the job's own periodic_remove": {scheduler.Failed, scheduler.CausePolicy},
		"The job attribute PeriodicRemove expression 'true' evaluated to TRUE":     {scheduler.Failed, scheduler.CausePolicy},
		"The system macro SYSTEM_PERIODIC_REMOVE expression 'x' evaluated to TRUE": {scheduler.Failed, scheduler.CausePolicy},
	} {
		if s := removed(scheduler.Status{}, why); s.State != want.state || s.Cause != want.cause || s.Reason == "" {
			t.Errorf("%q: %+v", why, s)
		}
	}
}
