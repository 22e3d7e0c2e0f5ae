package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// DAGMan reads the end of its last job, ends, and removes what the schedd has left: where that is this very job, the log tells two ends. The first one stands.
func TestFirstEndOfANodesJobStands(t *testing.T) {
	t.Parallel()
	plan := dag.NewPlan(scheduler.Workflow{Token: "t-1", Nodes: []scheduler.Node{run("a", "exit 30")}})
	f := &flow{
		ref: scheduler.Ref{ID: "dag.1", Token: "t-1", Tasks: 1}, plan: plan,
		nodes: []map[string]*record{{}}, runs: make(map[int]*nodeRun), last: make(map[*dag.Leaf]*nodeRun),
	}
	var log strings.Builder
	for _, event := range []string{
		"000 (007.000.000) 2026-11-23 09:00:00 Job submitted from host: <127.0.0.1:9618>\n    " + (dag.Note{Token: "t-1", Node: true, Tasks: 1}).String(),
		"005 (007.000.000) 2026-11-23 09:00:01 Job terminated.\n\t(1) Normal termination (return value 30)",
		"009 (007.000.000) 2026-11-23 09:00:01 Job was aborted.\n\tDAG Abort: DAG is exiting and writing rescue file. (by user ada)",
	} {
		fmt.Fprintf(&log, "%s\n...\n", event)
	}
	if end := f.addEvents([]byte(log.String()), 0, time.UTC); end != int64(log.Len()) {
		t.Fatalf("%d of %d bytes were read", end, log.Len())
	}
	all := f.survey(scheduler.Status{State: scheduler.Failed}, nil)
	if len(all) != 1 || all[0].State != scheduler.Failed || all[0].Exit == nil || all[0].Exit.Code != 30 {
		t.Errorf("%+v", all)
	}
}
