package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Probe connects anew, step by step, and then looks for the commands that the scripts call, and asks HTCondor: which version, whether the schedd answers, whether Oceanid's folder can be written.
func (d *driver) Probe(ctx context.Context, report func(scheduler.Check)) error {
	if point, ok := d.point.(*access.SSH); ok {
		err := point.Probe(ctx, func(step, found string) { report(scheduler.Check{Name: step, OK: true, Text: found}) })
		if err != nil {
			step := access.FailedStep(err)
			if step == "" {
				step = access.StepConnect
			}
			report(scheduler.Check{Name: step, Text: err.Error()})
			return err
		}
	}
	if _, err := d.at(ctx); err != nil {
		report(scheduler.Check{Name: "directory", Text: err.Error()})
		return err
	}
	for _, check := range []struct {
		name  string
		found func(string) string
	}{
		{"tools", strings.TrimSpace},
		{"version", release},
		{"queue", lastLine},
		{"directory", room},
	} {
		answer, err := d.ask(ctx, script{name: "probe the " + check.name, file: "probe", call: words("probe_" + check.name)})
		if err != nil {
			report(scheduler.Check{Name: check.name, Text: err.Error()})
			return err
		}
		report(scheduler.Check{Name: check.name, OK: true, Text: check.found(answer["found"])})
	}
	return nil
}

// release makes "HTCondor 23.9.6" of "$CondorVersion: 23.9.6 2026-07-12 …".
func release(text string) string {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return strings.TrimSpace(text)
	}
	return "HTCondor " + fields[1]
}

// lastLine is what condor_q -totals ends with: "Total for all users: 3 jobs; …".
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// room makes "/home/ada/.oceanid: 12 GiB free" of the folder's path and what df -P says (POSIX, "df").
func room(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	fields := strings.Fields(lines[len(lines)-1])
	if len(fields) < 4 {
		return lines[0]
	}
	free, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return lines[0]
	}
	return lines[0] + ": " + strconv.FormatInt(free>>10, 10) + " MiB free"
}
