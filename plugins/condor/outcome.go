package main

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The same things are told by the event log, the queue and the history. Here is how each is told to the host.

// suspended is said of a task that is stopped where it runs, by whom HTCondor does not tell.
const suspended = "suspended: it is stopped where it runs, by somebody or by the machine's rules"

// exited is a task that ended by itself, or by a signal.
func exited(s scheduler.Status, code, signal int) scheduler.Status {
	s.Exit = &scheduler.Exit{Code: code, Signal: signal}
	s.State = scheduler.Failed
	switch {
	case signal != 0:
		s.Reason = fmt.Sprintf("ended by signal %d (%s)", signal, unix.SignalName(unix.Signal(signal)))
	case code == 0:
		s.State = scheduler.Succeeded
	case code == 127:
		s.Reason, s.Cause = "exit code 127: as a rule, a command that was not found", scheduler.CauseStart
	case code == 126:
		s.Reason, s.Cause = "exit code 126: as a rule, a command that could not be executed", scheduler.CauseStart
	default:
		s.Reason = fmt.Sprintf("exit code %d", code)
	}
	return s
}

// removed is a task that was taken out of the queue before its end. why is HTCondor's reason: by whom.
func removed(s scheduler.Status, why string) scheduler.Status {
	s.Native = why
	if limit, found := strings.CutPrefix(why, description.OverTime); found {
		s.State, s.Cause = scheduler.Failed, scheduler.CauseRunTime
		s.Reason = "ended because it ran longer than its limit of " + limit
		return s
	}
	if removedByPolicy(why) {
		s.State, s.Cause = scheduler.Failed, policyCause(why)
		s.Reason = "removed by a rule: " + strings.TrimPrefix(why, "Oceanid: ")
		return s
	}
	s.State, s.Cause = scheduler.Cancelled, scheduler.CauseUser
	switch {
	case withWorkflow(why):
		s.Reason = "removed with its workflow"
		if !strings.HasPrefix(why, dagRemoved) {
			s.Cause = scheduler.CauseUpstream
		}
	case why == "":
		s.Reason = "removed: HTCondor does not say by whom"
	default:
		s.Reason = "removed: " + why
	}
	return s
}

// dagRemoved begins DAGMan's reason for removing a node's job where somebody has removed the DAGMan.
const dagRemoved = "DAG Removed"

// withWorkflow tells the reasons for which a node's job is removed with its DAGMan: by this, which runs as the account ("by user …" is said), or by the schedd.
func withWorkflow(why string) bool {
	return strings.HasPrefix(why, dagRemoved) || strings.HasPrefix(why, "DAG Abort") || strings.Contains(why, "OtherJobRemoveRequirements")
}

// neverMade is a run of tasks whose factory ended before it had made them. how is the event's word, where there is one.
func neverMade(s scheduler.Status, how string) scheduler.Status {
	if strings.HasPrefix(how, "Error") {
		s.State = scheduler.Failed
		s.Reason = "HTCondor could not make this task of the array"
		s.Native = how
		return s
	}
	s.State, s.Cause = scheduler.Cancelled, scheduler.CauseUser
	s.Reason = "the array was removed before it came to this task"
	return s
}

// heldBack is a run of tasks that a factory does not make for now.
func heldBack(s scheduler.Status, why string) scheduler.Status {
	s.State, s.Cause = scheduler.Held, scheduler.CauseUser
	if why == "" {
		why = "HTCondor does not say why"
	}
	s.Reason = "held: " + why
	s.Native = "JobMaterializePaused: " + why
	return s
}

// held is a task that waits for somebody.
func held(s scheduler.Status, why string, code, sub int) scheduler.Status {
	s.State, s.Cause = scheduler.Held, holdCause(code, sub, why)
	if why == "" || why == "Reason unspecified" {
		why = "HTCondor does not say why"
	}
	s.Reason = "held: " + why
	s.Native = fmt.Sprintf("HoldReasonCode %d, HoldReasonSubCode %d: %s", code, sub, why)
	return s
}
