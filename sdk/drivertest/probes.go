package drivertest

import (
	"context"
)

func probeChecks() []check {
	return group("probes", serviceProbes, "scheduler.Prober; scheduler.proto, service Probes",
		of("reports-steps", "Probe with the configuration to test with reports one step at least, each by a name, all good, and ends well.", "", "Report each step as it is done.", probeReports),
		of("repeats", "Probe gives the same steps each time.", "", "Begin each probe from the beginning.", probeRepeats),
	)
}

func probeReports(ctx context.Context, t *trial) error {
	steps, err := t.probe(ctx)
	if err != nil {
		return saw("Probe: %s", said(err))
	}
	if len(steps) == 0 {
		return saw("no step was reported")
	}
	for _, s := range steps {
		if s.GetName() == "" || !s.GetOk() {
			return saw("the probe ended well, with the step %v", s)
		}
	}
	return nil
}

func probeRepeats(ctx context.Context, t *trial) error {
	one, err := t.probe(ctx)
	if err != nil {
		return saw("Probe: %s", said(err))
	}
	two, err := t.probe(ctx)
	if err != nil {
		return saw("the second Probe: %s", said(err))
	}
	if len(one) != len(two) {
		return saw("%d steps were reported, and then %d", len(one), len(two))
	}
	for i := range one {
		if one[i].GetName() != two[i].GetName() {
			return saw("step %d was %q, and then %q", i, one[i].GetName(), two[i].GetName())
		}
	}
	return nil
}
