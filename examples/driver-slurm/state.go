package main

import (
	"fmt"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// said is what Slurm's word for a state means. The words are those of squeue(1), "JOB STATE CODES".
func said(e entry, cancelled bool) scheduler.Status {
	s := scheduler.Status{Native: e.state, Node: e.node}
	if e.reason != "" && e.reason != "None" {
		s.Native += " (" + e.reason + ")"
	}
	set := func(state scheduler.State, at time.Time, reason string) {
		s.State, s.Time, s.Reason = state, at, reason
	}
	switch e.state {
	case "PENDING":
		pending(&s, e)
	case "CONFIGURING", "RUNNING", "RESIZING", "SIGNALING", "STAGE_OUT":
		set(scheduler.Running, e.started, "")
	case "COMPLETING":
		set(scheduler.Running, e.started, "Slurm is ending its last processes")
	case "REQUEUED":
		set(scheduler.Queued, e.submitted, "it begins again: Slurm has put it back into the queue")
	case "SUSPENDED", "STOPPED":
		set(scheduler.Suspended, time.Time{}, "stopped for now, by somebody or by Slurm for a more urgent job")
	case "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD", "REQUEUE_FED":
		set(scheduler.Held, time.Time{}, "put back into the queue and held there: "+words(e.reason))
	case "COMPLETED":
		set(scheduler.Succeeded, e.ended, "")
		s.Exit = &scheduler.Exit{}
	case "FAILED":
		set(scheduler.Failed, e.ended, ended(e.exit))
		s.Exit = e.exit
	case "CANCELLED":
		by := "cancelled at the cluster, not through this portal"
		if cancelled {
			by = "cancelled"
		}
		set(scheduler.Cancelled, e.ended, by)
	default:
		why, known := failures[e.state]
		if !known {
			why.text = "Slurm says " + e.state + ", which this driver does not know"
		}
		set(scheduler.Failed, e.ended, why.text)
		s.Cause = why.cause
	}
	if s.State.Terminal() && s.Time.IsZero() {
		s.Time = e.ended
	}
	return s
}

// failures are the ends of tasks that did not end by themselves.
var failures = map[string]struct {
	text  string
	cause scheduler.Cause
}{
	"TIMEOUT":       {"ran into the time limit of its partition", scheduler.CauseRunTime},
	"OUT_OF_MEMORY": {"used more memory than it had asked for", scheduler.CauseMemory},
	"NODE_FAIL":     {"the node that it ran on failed", scheduler.CauseEvicted},
	"PREEMPTED":     {"ended by Slurm for a more urgent job", scheduler.CauseEvicted},
	"BOOT_FAIL":     {"the node that it was to run on did not start", scheduler.CauseEvicted},
	"DEADLINE":      {"could not end before its deadline", scheduler.CauseRunTime},
	"LAUNCH_FAILED": {"Slurm could not start it on its node", scheduler.CauseStart},
	"REVOKED":       {text: "another cluster of the federation has it"},
}

// pending tells a task that waits for its turn from one that waits for somebody.
func pending(s *scheduler.Status, e entry) {
	s.State, s.Time = scheduler.Queued, e.submitted
	switch e.reason {
	case "JobHeldUser":
		s.State, s.Time, s.Reason, s.Cause = scheduler.Held, time.Time{}, "held by its user", scheduler.CauseUser
	case "JobHeldAdmin":
		s.State, s.Time, s.Reason = scheduler.Held, time.Time{}, "held by the cluster's administrators, or by the portal's account as one of them"
	case "JobHoldMaxRequeue":
		s.State, s.Time, s.Reason = scheduler.Held, time.Time{}, "held: it was started too many times"
	default:
		s.Reason = "waits: " + words(e.reason)
	}
}

// reasons are the commonest of squeue(1), "JOB REASON CODES", in words; the others stand for themselves.
var reasons = map[string]string{
	"":                         "not looked at yet",
	"None":                     "not looked at yet",
	"Priority":                 "others come first",
	"Resources":                "for free resources",
	"Dependency":               "for other jobs to succeed",
	"DependencyNeverSatisfied": "for jobs that did not succeed",
	"BeginTime":                "for its time to begin",
	"Licenses":                 "for licences",
	"JobArrayTaskLimit":        "for other tasks of its array",
	"PartitionDown":            "its partition is down",
	"PartitionInactive":        "its partition takes no jobs now",
	"PartitionTimeLimit":       "it asks for more time than its partition gives",
	"PartitionNodeLimit":       "it asks for more nodes than its partition gives",
	"ReqNodeNotAvail":          "nodes that it needs are not available",
	"AssocGrpCpuLimit":         "its account uses all the CPUs that it may",
	"AssocMaxJobsLimit":        "its account has as many jobs as it may",
	"QOSMaxJobsPerUserLimit":   "its user has as many jobs as they may",
	"QOSMaxCpuPerUserLimit":    "its user uses all the CPUs that they may",
	"Reservation":              "for its reservation",
	"Cleaning":                 "its last run is being cleaned up",
	"NodeDown":                 "a node that it needs is down",
	"Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": "no node is up for it",
}

func words(reason string) string {
	if text, known := reasons[reason]; known {
		return text
	}
	return reason
}

// recorded is how a task ended by its own account. It is not asked of a task that Slurm stopped.
func recorded(e end) scheduler.Status {
	s := scheduler.Status{State: scheduler.Failed, Time: e.at, Node: e.node}
	switch e.word {
	case "exit":
		s.Exit = &scheduler.Exit{Code: e.number}
		s.Reason = ended(s.Exit)
		if e.number == 0 {
			s.State = scheduler.Succeeded
		}
	case "signal":
		s.Exit = &scheduler.Exit{Signal: e.number}
		s.Reason = ended(s.Exit)
	case "limit":
		s.Reason, s.Cause = fmt.Sprintf("ended after the %v that it may run", time.Duration(e.number)*time.Second), scheduler.CauseRunTime
	case "unstarted":
		s.Reason, s.Cause = fmt.Sprintf("its command could not be started: %v", syscall.Errno(e.number)), scheduler.CauseStart
	default:
		s.Reason = "could not be prepared on its node: slurm.log in the job's folder says why"
	}
	return s
}

// ended says how, in words; an end in good order needs none.
func ended(x *scheduler.Exit) string {
	switch {
	case x == nil:
		return "ended, Slurm does not say how"
	case x.Signal != 0:
		return fmt.Sprintf("ended by signal %d (%v)", x.Signal, syscall.Signal(x.Signal))
	case x.Code != 0:
		return fmt.Sprintf("ended with exit code %d", x.Code)
	}
	return ""
}
