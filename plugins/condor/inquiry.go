package main

import (
	"reflect"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// inquiry is what Query has found out about one job.
type inquiry struct {
	ref   scheduler.Ref
	found map[int]scheduler.Status
	// A factory that is at work has not made the tasks from unmade on. While it is held back it makes no more; why is HTCondor's word for it.
	factory  bool
	unmade   int
	heldBack bool
	why      string
	// Somebody has cancelled the job through this driver.
	cancelled bool
}

func (i *inquiry) tasks() int { return max(i.ref.Tasks, 1) }

// complete tells whether each task is accounted for.
func (i *inquiry) complete() bool {
	made := i.tasks()
	if i.factory {
		made = min(made, i.unmade)
	}
	known := 0
	for task := range i.found {
		if task < made {
			known++
		}
	}
	return known == made
}

// add takes what a witness says, if it is of this very job: a pool that was set up anew gives the same numbers to others. What an earlier
// witness has said of a task stands.
func (i *inquiry) add(s scheduler.Status) {
	if i.ref.ID == "" {
		i.ref.ID = s.ID
	}
	if !sameJob(s.ID, i.ref.ID, i.tasks()) {
		return
	}
	for task := s.Task; task < min(s.Task+s.Count, i.tasks()); task++ {
		if _, known := i.found[task]; !known {
			i.found[task] = s
		}
	}
}

// verdict is where all tasks stand, in their order.
func (i *inquiry) verdict() []scheduler.Status {
	var all []scheduler.Status
	for task := range i.tasks() {
		s, known := i.found[task]
		switch {
		case known:
		case i.factory && task >= i.unmade:
			s = i.waiting()
		case i.cancelled:
			s = scheduler.Status{State: scheduler.Cancelled, Cause: scheduler.CauseUser, Reason: "cancelled, before HTCondor came to it"}
		default:
			s = scheduler.Status{State: scheduler.Lost, Reason: "neither HTCondor's queue, nor its history, nor the event log knows of it"}
		}
		s.ID, s.Token, s.Task, s.Count = i.ref.ID, i.ref.Token, task, 1
		if last := len(all) - 1; last >= 0 && alike(all[last], s) {
			all[last].Count++
			continue
		}
		all = append(all, s)
	}
	return all
}

// waiting is where the tasks stand that a factory has not made yet.
func (i *inquiry) waiting() scheduler.Status {
	if i.heldBack {
		return heldBack(scheduler.Status{}, i.why)
	}
	return scheduler.Status{State: scheduler.Queued}
}

// alike tells whether the tasks can be told as one. Since when a task waits is not worth a record of its own.
func alike(a, b scheduler.Status) bool {
	b.Task, b.Count = a.Task, a.Count
	if a.State == scheduler.Queued && b.State == scheduler.Queued {
		b.Time = a.Time
	}
	return reflect.DeepEqual(a, b)
}
