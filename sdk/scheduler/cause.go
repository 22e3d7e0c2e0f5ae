package scheduler

import "slices"

// Cause says in one word why a task ended badly or is held, where the pool tells: for rules, since reasons are for people.
type Cause string

// The causes.
const (
	// CauseMemory, CauseDisk and CauseRunTime: it used more than it had asked for, or than it is allowed.
	CauseMemory  Cause = "memory"
	CauseDisk    Cause = "disk"
	CauseRunTime Cause = "run_time"
	// CauseTransfer: its files could not be brought to or from where it runs.
	CauseTransfer Cause = "transfer"
	// CauseStart: the program could not be started.
	CauseStart Cause = "start"
	// CauseEvicted: the machine was taken away from it.
	CauseEvicted Cause = "evicted"
	// CausePolicy: a rule of the pool, or one given with the job.
	CausePolicy Cause = "policy"
	// CauseUser: somebody held or removed it.
	CauseUser Cause = "user"
	// CauseUpstream: what it comes after in a workflow did not succeed.
	CauseUpstream Cause = "upstream"
)

// Causes are all of them.
func Causes() []Cause {
	return []Cause{CauseMemory, CauseDisk, CauseRunTime, CauseTransfer, CauseStart, CauseEvicted, CausePolicy, CauseUser, CauseUpstream}
}

// Known tells whether c is one of Causes.
func (c Cause) Known() bool { return slices.Contains(Causes(), c) }
