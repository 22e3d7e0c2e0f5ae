package main

import (
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// news is what an event tells about tasks; ok is false where it tells nothing about where they stand.
//
// An event says where the task stands after it, whatever came before; so the same event twice, or a missed one, does no harm.
func news(e eventlog.Event, o owner) (s scheduler.Status, ok bool) {
	n := numberOf(e.Cluster, e.Proc, o.tasks)
	s = scheduler.Status{ID: n.id(), Token: o.token, Task: n.task(e.Proc), Count: 1, Time: e.Time}
	switch e.Code {
	case eventlog.ClusterSubmit:
		s.State, s.Count = scheduler.Queued, o.tasks
	case eventlog.Submit:
		s.State = scheduler.Queued
	case eventlog.FileTransfer:
		if e.Title != "Started transferring input files" {
			return s, false
		}
		s.State = scheduler.Running
	case eventlog.Execute, eventlog.Reconnected:
		s.State, s.Node = scheduler.Running, e.Slot()
	case eventlog.Unsuspended:
		s.State = scheduler.Running
	case eventlog.Suspended:
		s.State, s.Reason = scheduler.Suspended, suspended
	case eventlog.Disconnected:
		s.State, s.Reason = scheduler.Running, "the contact with the machine that it runs on is lost, HTCondor tries to reach it: "+e.Reason()
	case eventlog.ReconnectFailed:
		s.State, s.Cause, s.Reason = scheduler.Queued, scheduler.CauseEvicted, "the machine that it ran on is lost, it waits to run again: "+e.Reason()
	case eventlog.Evicted:
		s.State, s.Cause, s.Reason = scheduler.Queued, scheduler.CauseEvicted, because("evicted from the machine that it ran on, it waits to run again", e.Reason())
	case eventlog.ShadowException:
		s.State, s.Cause, s.Reason = scheduler.Queued, scheduler.CauseEvicted, because("HTCondor has interrupted it, it waits to run again", e.Reason())
	case eventlog.Released:
		s.State, s.Reason = scheduler.Queued, because("released", e.Reason())
	case eventlog.Held:
		code, sub := e.HoldCode()
		s = held(s, e.Reason(), code, sub)
	case eventlog.Aborted:
		s = removed(s, e.Reason())
	case eventlog.Terminated:
		code, signal, told := e.Exit()
		if !told {
			return s, false
		}
		s = exited(s, code, signal)
	case eventlog.ClusterRemove:
		made, how := e.Materialized()
		if how == "Complete" || made >= o.tasks {
			return s, false
		}
		s.Task, s.Count = made, o.tasks-made
		s = neverMade(s, how)
	default:
		return s, false
	}
	return s, s.Count > 0
}

func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
