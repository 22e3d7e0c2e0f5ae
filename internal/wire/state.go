package wire

import (
	"fmt"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// states is the one table of states; both directions read it.
func states() map[scheduler.State]schedulerv1.State {
	return map[scheduler.State]schedulerv1.State{
		scheduler.Pending:   schedulerv1.State_STATE_PENDING,
		scheduler.Queued:    schedulerv1.State_STATE_QUEUED,
		scheduler.Running:   schedulerv1.State_STATE_RUNNING,
		scheduler.Held:      schedulerv1.State_STATE_HELD,
		scheduler.Suspended: schedulerv1.State_STATE_SUSPENDED,
		scheduler.Succeeded: schedulerv1.State_STATE_SUCCEEDED,
		scheduler.Failed:    schedulerv1.State_STATE_FAILED,
		scheduler.Cancelled: schedulerv1.State_STATE_CANCELLED,
		scheduler.Lost:      schedulerv1.State_STATE_LOST,
	}
}

func stateToProto(s scheduler.State) schedulerv1.State { return states()[s] }

// stateFromProto keeps a state that this build does not know as "unknown(7)".
func stateFromProto(p schedulerv1.State) scheduler.State {
	for s, q := range states() {
		if p == q {
			return s
		}
	}
	return scheduler.State(fmt.Sprintf("unknown(%d)", p))
}

// StreamToProto names one of a task's outputs; anything but Stderr is standard output.
func StreamToProto(s scheduler.LogStream) schedulerv1.LogStream {
	if s == scheduler.Stderr {
		return schedulerv1.LogStream_LOG_STREAM_STDERR
	}
	return schedulerv1.LogStream_LOG_STREAM_STDOUT
}

// StreamFromProto is the other way; what is not known is refused with ok false.
func StreamFromProto(p schedulerv1.LogStream) (s scheduler.LogStream, ok bool) {
	switch p {
	case schedulerv1.LogStream_LOG_STREAM_STDOUT:
		return scheduler.Stdout, true
	case schedulerv1.LogStream_LOG_STREAM_STDERR:
		return scheduler.Stderr, true
	}
	return "", false
}
