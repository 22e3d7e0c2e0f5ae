package dag

import (
	"strconv"
	"strings"
	"time"
)

// Entry is a line of a JOBSTATE_LOG (manual, "DAGMan and the jobstate.log"):
//
//	1795386664 fetch JOB_TERMINATED 3.0 - - 4
//	1795386664 fetch JOB_FAILURE 3 - - 4
//	1795386660 INTERNAL *** DAGMAN_STARTED 1.0 ***
type Entry struct {
	Time time.Time
	// Node is its name in the graph; "" where DAGMan tells of itself.
	Node string
	// What is the word for it.
	What string
	// Cluster is the job's, where there is one; Code what JOB_SUCCESS and JOB_FAILURE tell: the exit code, or minus the number of a signal.
	Cluster int
	Code    int
}

// The words that tell something.
const (
	Started     = "DAGMAN_STARTED"
	Finished    = "DAGMAN_FINISHED"
	Submitted   = "SUBMIT"
	NotTaken    = "SUBMIT_FAILURE"
	JobSuccess  = "JOB_SUCCESS"
	JobFailure  = "JOB_FAILURE"
	PreStarted  = "PRE_SCRIPT_STARTED"
	PreFailure  = "PRE_SCRIPT_FAILURE"
	PreSkipped  = "PRESKIP"
	PostStarted = "POST_SCRIPT_STARTED"
	PostSuccess = "POST_SCRIPT_SUCCESS"
	PostFailure = "POST_SCRIPT_FAILURE"
)

// ParseEntry reads a line; ok is false for one that is none.
func ParseEntry(line string) (e Entry, ok bool) {
	field := strings.Fields(line)
	if len(field) < 4 {
		return e, false
	}
	at, err := strconv.ParseInt(field[0], 10, 64)
	if err != nil {
		return e, false
	}
	e.Time = time.Unix(at, 0)
	if field[1] == "INTERNAL" && field[2] == "***" {
		e.What = field[3]
		if e.What == Finished && len(field) > 4 {
			e.Code, _ = strconv.Atoi(field[4])
		}
		return e, true
	}
	e.Node, e.What = field[1], field[2]
	switch e.What {
	case JobSuccess, JobFailure:
		e.Code, err = strconv.Atoi(field[3])
		return e, err == nil
	}
	cluster, _, _ := strings.Cut(field[3], ".")
	e.Cluster, _ = strconv.Atoi(cluster)
	return e, true
}
