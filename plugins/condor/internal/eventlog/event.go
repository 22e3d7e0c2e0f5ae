package eventlog

import "time"

// Code is the number of an event, as the manual's appendix "Job Event Log Codes" lists them.
type Code int

// The events that tell something about where a job stands. Readers ignore all others.
const (
	Submit          Code = 0
	Execute         Code = 1
	Evicted         Code = 4
	Terminated      Code = 5
	ShadowException Code = 7
	Aborted         Code = 9
	Suspended       Code = 10
	Unsuspended     Code = 11
	Held            Code = 12
	Released        Code = 13
	Disconnected    Code = 22
	Reconnected     Code = 23
	ReconnectFailed Code = 24
	ClusterSubmit   Code = 35
	ClusterRemove   Code = 36
	FactoryPaused   Code = 37
	FactoryResumed  Code = 38
	FileTransfer    Code = 40
)

// Event is one event.
type Event struct {
	Code    Code
	Cluster int
	// Proc is -1 where the event is about the cluster as a whole.
	Proc int
	// Time is when it was written. HTCondor tells the access point's local time, to the second unless the pool is set otherwise.
	Time time.Time
	// Title is the rest of the header: "Job terminated."
	Title string
	// Body are the lines that follow, as they stand.
	Body []string
	// End is the offset in the log of the first byte after the event.
	End int64
	// Gap says that something before it could not be understood: events may be missing.
	Gap bool
}
