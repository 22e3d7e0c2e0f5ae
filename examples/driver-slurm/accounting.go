package main

import (
	"context"
	"strings"
)

// accounted asks Slurm's accounting database, where the cluster has one, about a job that neither the controller nor the work folder can tell the end of.
// Without it nothing is known: that is no error.
func (d *driver) accounted(ctx context.Context, p part) (entries []entry) {
	if p.record.id == "" {
		return nil
	}
	out, err := d.slurm(ctx, "sacct", "--allocations", "--noheader", "--parsable2", "--jobs="+p.record.id, "--format=JobID,State,ExitCode,NodeList,End")
	if err != nil {
		d.log.Debug("no accounting", "job", p.record.id, "error", err)
		return nil
	}
	for line := range strings.Lines(out) {
		if e, ok := parseAccount(strings.TrimSpace(line)); ok {
			entries = append(entries, e)
		}
	}
	return entries
}

// parseAccount reads "5_17|CANCELLED by 1001|0:15|node3|1795374853"; what still waits stands there as "5_[18-99]".
func parseAccount(line string) (e entry, ok bool) {
	f := strings.Split(line, "|")
	if len(f) != 5 {
		return e, false
	}
	number, task, array := strings.Cut(f[0], "_")
	state, _, _ := strings.Cut(f[1], " ")
	e = entry{number: number, tasks: []run{{0, 1}}, state: strings.TrimSuffix(state, "+"), exit: parseExit(f[2]), node: f[3], ended: parseTime(f[4])}
	if array {
		e.tasks = parseTasks(task)
	}
	return e, true
}
