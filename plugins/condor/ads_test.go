package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestAds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ad     string
		gone   bool
		state  scheduler.State
		reason string
		node   string
	}{
		"idle":              {`"JobStatus": 1, "LastRemoteHost": "slot1@a"`, false, scheduler.Queued, "", ""},
		"running":           {`"JobStatus": 2, "RemoteHost": "slot1@a"`, false, scheduler.Running, "", "slot1@a"},
		"transferring":      {`"JobStatus": 6, "RemoteHost": "slot1@a"`, false, scheduler.Running, "", "slot1@a"},
		"suspended":         {`"JobStatus": 7`, false, scheduler.Suspended, suspended, ""},
		"held":              {`"JobStatus": 5, "HoldReason": "no disk", "HoldReasonCode": 12, "HoldReasonSubCode": 28`, false, scheduler.Held, "held: no disk", ""},
		"being removed":     {`"JobStatus": 3, "RemoteHost": "slot1@a", "RemoveReason": "via condor_rm (by user ada)"`, false, scheduler.Running, "it is being removed: via condor_rm (by user ada)", "slot1@a"},
		"removed":           {`"JobStatus": 3, "RemoveReason": "via condor_rm (by user ada)"`, true, scheduler.Cancelled, "removed: via condor_rm (by user ada)", ""},
		"removed, unsigned": {`"JobStatus": 3`, true, scheduler.Cancelled, "removed: HTCondor does not say by whom", ""},
		"over time":         {`"JobStatus": 3, "RemoveReason": "Oceanid: ran longer than 1m0s"`, true, scheduler.Failed, "ended because it ran longer than its limit of 1m0s", ""},
		"succeeded":         {`"JobStatus": 4, "ExitBySignal": false, "ExitCode": 0, "LastRemoteHost": "slot1@a"`, true, scheduler.Succeeded, "", "slot1@a"},
		"succeeded, there":  {`"JobStatus": 4, "ExitBySignal": false, "ExitCode": 0`, false, scheduler.Succeeded, "", ""},
		"failed":            {`"JobStatus": 4, "ExitBySignal": false, "ExitCode": 2`, true, scheduler.Failed, "exit code 2", ""},
		"killed":            {`"JobStatus": 4, "ExitBySignal": true, "ExitSignal": 15`, true, scheduler.Failed, "ended by signal 15 (SIGTERM)", ""},
		"no exit":           {`"JobStatus": 4`, true, "", "", ""},
		"unknown":           {`"JobStatus": 99`, false, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ads, err := parseAds(`[{"ClusterId": 7, "ProcId": 3, "OceanidToken": "t", "EnteredCurrentStatus": 1795363880, ` + test.ad + `}]`)
			if err != nil {
				t.Fatal(err)
			}
			s, ok := ads[0].status(test.gone)
			if ok != (test.state != "") {
				t.Fatalf("%+v, %v", s, ok)
			}
			if ok && (s.State != test.state || s.Reason != test.reason || s.Node != test.node || s.ID != "7" || s.Task != 3 || s.Token != "t" || s.Time.Unix() != 1795363880) {
				t.Errorf("%+v", s)
			}
		})
	}
	for _, none := range []string{"", "\n", "[\n]\n"} {
		if ads, err := parseAds(none); err != nil || len(ads) != 0 {
			t.Errorf("%q: %v, %v", none, ads, err)
		}
	}
	if _, err := parseAds("[ {"); err == nil {
		t.Error("half an answer is taken for one")
	}
}
