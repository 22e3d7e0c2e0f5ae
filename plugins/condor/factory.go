package main

import (
	"context"

	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// aboutFactory tells the events of a factory that say something about the tasks that it has not made.
func aboutFactory(code eventlog.Code) bool {
	return code == eventlog.ClusterRemove || code == eventlog.FactoryPaused || code == eventlog.FactoryResumed
}

// unmade is where the tasks stand that the factory has not made, after somebody has held or released it. The event does not tell which these are, so the
// schedd is asked; what it says is true now, and so whatever the log tells of these tasks comes later. ok is false where there are none.
func (d *driver) unmade(ctx context.Context, e eventlog.Event, o owner) (s scheduler.Status, ok bool, err error) {
	id := number{e.Cluster, -1}.id()
	i := &inquiry{ref: scheduler.Ref{ID: id, Token: o.token, Tasks: o.tasks}, found: make(map[int]scheduler.Status)}
	if err := d.askQueue(ctx, map[string]*inquiry{o.token: i}); err != nil {
		return s, false, err
	}
	if !i.factory || i.unmade >= o.tasks {
		return s, false, nil
	}
	s = i.waiting()
	s.ID, s.Token, s.Task, s.Count, s.Time = id, o.token, i.unmade, o.tasks-i.unmade, e.Time
	return s, true, nil
}
