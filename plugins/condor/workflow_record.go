package main

import (
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// record is what a journal says of one node. After a DAGMan has died the next one may tell the same again.
type record struct {
	current  int // the cluster of its latest run
	failed   map[int]bool
	result   *int  // how that run has ended: an exit code, or minus the number of a signal
	post     *bool // whether its Post has let it succeed
	skipped  bool
	pre      bool // its Pre has failed
	notTaken bool // the schedd has not taken its job
	started  bool // of a DAGMan itself
	last     string
	time     time.Time
}

func (r *record) add(e dag.Entry) {
	r.time, r.last = e.Time, e.What
	switch e.What {
	case dag.Started:
		r.started = true
	case dag.Submitted:
		r.notTaken, r.pre = false, false
		if e.Cluster != r.current {
			r.current, r.result, r.post = e.Cluster, nil, nil
		}
	case dag.NotTaken:
		r.notTaken = true
	case dag.JobSuccess, dag.JobFailure:
		r.result = &e.Code
	case dag.PreFailure:
		r.pre = true
	case dag.PreSkipped:
		r.skipped, r.pre = true, false
	case dag.PostSuccess, dag.PostFailure:
		good := e.What == dag.PostSuccess
		r.post = &good
	}
}

// outcome is how a node has come to its end; over is false while it has not, as far as that can be known before DAGMan has ended.
type outcome struct{ over, good bool }

// outcome tells how the node has ended. What is doubtful (how often a Pre that failed has been tried, with which code a Post has ended) is left to the end
// of DAGMan, which clears it up.
func (r *record) outcome(n scheduler.Node) outcome {
	switch {
	case r == nil:
		return outcome{}
	case r.skipped:
		return outcome{over: true, good: true}
	case n.Post != nil && r.post == nil, n.Post == nil && r.result == nil:
		return outcome{over: r.pre && n.Retries == 0}
	}
	if n.Post != nil && *r.post || n.Post == nil && *r.result == 0 {
		return outcome{over: true, good: true}
	}
	r.failed[r.current] = true
	if n.UnlessExit != nil && n.Post == nil && *r.result == *n.UnlessExit {
		return outcome{over: true}
	}
	return outcome{over: len(r.failed) > n.Retries}
}
