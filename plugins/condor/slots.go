package main

import (
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// slots are where the tasks run of which the event log has told that they have begun: the event of an end does not say it again. It belongs to one reader of the log.
type slots map[number]string

// mostSlots is how many are remembered. Ends that are missed would leave them there for ever.
const mostSlots = 100_000

// at is news with the slot that it is about.
func (m slots) at(e eventlog.Event, s scheduler.Status) scheduler.Status {
	n := number{e.Cluster, e.Proc}
	switch {
	case s.State == scheduler.Running && s.Node != "":
		if len(m) >= mostSlots {
			clear(m)
		}
		m[n] = s.Node
	case s.State == scheduler.Running, s.State == scheduler.Suspended:
		s.Node = m[n]
	case s.State.Terminal():
		s.Node = m[n]
		delete(m, n)
	default:
		delete(m, n)
	}
	return s
}

// ranOn is where a task of a workflow ran by the logs that were read last; "": they do not tell.
func (d *driver) ranOn(token string, cluster, task int) string {
	d.mu.Lock()
	f := d.flows[token]
	d.mu.Unlock()
	if f == nil {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if run := f.runs[cluster]; run != nil {
		return run.tasks[task].Node
	}
	return ""
}
