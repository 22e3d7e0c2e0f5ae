package main

import (
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// holdCauses are what the values of HoldReasonCode mean (manual, "Hold Reason Codes").
var holdCauses = map[int]scheduler.Cause{
	1:  scheduler.CauseUser, // UserRequest
	3:  scheduler.CausePolicy,
	5:  scheduler.CausePolicy,   // JobPolicyUndefined
	6:  scheduler.CauseStart,    // FailedToCreateProcess
	7:  scheduler.CauseTransfer, // UnableToOpenOutput
	8:  scheduler.CauseTransfer, // UnableToOpenInput
	9:  scheduler.CauseTransfer, // UnableToOpenOutputStream
	10: scheduler.CauseTransfer, // UnableToOpenInputStream
	11: scheduler.CauseTransfer, // InvalidTransferAck
	12: scheduler.CauseTransfer, // TransferOutputError
	13: scheduler.CauseTransfer, // TransferInputError
	14: scheduler.CauseTransfer, // IwdError
	15: scheduler.CauseUser,     // SubmittedOnHold
	16: scheduler.CauseTransfer, // SpoolingInput
	18: scheduler.CauseTransfer, // InvalidTransferGoAhead
	19: scheduler.CauseStart,    // HookPrepareJobFailure
	20: scheduler.CausePolicy,   // MissedDeferredExecutionTime
	21: scheduler.CausePolicy,   // StartdHeldJob
	25: scheduler.CausePolicy,   // InvalidCronSettings
	26: scheduler.CausePolicy,   // SystemPolicy
	27: scheduler.CausePolicy,   // SystemPolicyUndefined
	32: scheduler.CauseTransfer, // MaxTransferInputSizeExceeded
	33: scheduler.CauseTransfer, // MaxTransferOutputSizeExceeded
	34: scheduler.CauseMemory,   // JobOutOfResources, unless the subcode says otherwise
	35: scheduler.CauseStart,    // InvalidDockerImage
	45: scheduler.CauseStart,    // SingularityTestFailed
	46: scheduler.CauseRunTime,  // JobDurationExceeded
	47: scheduler.CauseRunTime,  // JobExecuteExceeded
	48: scheduler.CauseStart,    // HookShadowPrepareJobFailure
}

const (
	holdOutOfResources = 34
	holdSystemPolicy   = 26
	holdJobPolicy      = 3
	holdByStartd       = 21
	subCodeDisk        = 104
)

// holdCause is why a task is held, in one word; "" where HTCondor does not say it by a code that is known. Pools without cgroups enforce memory and disk by a
// policy of their own; then only the words tell.
func holdCause(code, sub int, why string) scheduler.Cause {
	switch code {
	case holdOutOfResources:
		if sub == subCodeDisk {
			return scheduler.CauseDisk
		}
	case holdSystemPolicy, holdJobPolicy, holdByStartd:
		return policyCause(why)
	}
	return holdCauses[code]
}

// policyCause looks in a policy's own words for what was exceeded.
func policyCause(why string) scheduler.Cause {
	why = strings.ToLower(why)
	exceeded := false
	for _, word := range []string{"exceed", "over ", "more than", "limit", "too much", "longer than"} {
		exceeded = exceeded || strings.Contains(why, word)
	}
	switch {
	case !exceeded:
	case strings.Contains(why, "memory"):
		return scheduler.CauseMemory
	case strings.Contains(why, "disk"):
		return scheduler.CauseDisk
	case strings.Contains(why, "run time"), strings.Contains(why, "runtime"), strings.Contains(why, "wall"), strings.Contains(why, "execut"):
		return scheduler.CauseRunTime
	}
	return scheduler.CausePolicy
}

// removedByPolicy tells the reasons that HTCondor itself, or this driver, gives for a removal by a rule, from those of somebody's condor_rm.
func removedByPolicy(why string) bool {
	for _, sign := range []string{"PERIODIC_REMOVE", "PeriodicRemove", "TimerRemove", "OnExitRemove", description.RemovedByOwnRule} {
		if strings.Contains(why, sign) {
			return true
		}
	}
	return false
}
