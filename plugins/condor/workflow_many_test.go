package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// manyNodes is how many nodes TestManyNodes has, in place of fifty.
const manyNodes = "OCEANID_TEST_NODES"

// Each node of a wide graph has its end told, by Watch and by Query. How long that took, and how long DAGMan takes alone for the very same graph, in turn, is logged:
// the figure of the bench is OCEANID_TEST_NODES=1000 with -v.
func TestManyNodes(t *testing.T) {
	t.Parallel()
	nodes := 50
	if text := os.Getenv(manyNodes); text != "" {
		nodes = must(strconv.Atoi(text))
	}
	d := ben(t)
	alone := dagmanAlone(t, wideWorkflow(nodes))
	w := wideWorkflow(nodes)
	began := time.Now()
	ref := submitWorkflow(t, d, w)
	handedOver := time.Since(began)
	awaitEmpty(t, strings.TrimSuffix(string(ref.ID), workflowSuffix))
	ours := time.Since(began)
	for _, s := range watchUntilEnd(t, d, ref) {
		if s.State != good {
			t.Errorf("%+v", s)
		}
	}
	await(t, d, ref, "succeeded", in(good))
	t.Logf("%d nodes: DAGMan alone %v, by the driver %v (handed over in %v): %.2f", nodes, alone, ours, handedOver, ours.Seconds()/alone.Seconds())
}

// wideWorkflow is a workflow of so many nodes that do nothing, in two steps.
func wideWorkflow(nodes int) scheduler.Workflow {
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("first", "true")}}
	for i := range nodes - 1 {
		w.Nodes = append(w.Nodes, run(fmt.Sprint("n", i), "true", "first"))
	}
	return w
}

// dagmanAlone runs the same files with the same settings by condor_submit_dag, and is how long that takes from there to the end of DAGMan.
func dagmanAlone(t *testing.T, w scheduler.Workflow) time.Duration {
	t.Helper()
	jobs := "/home/ben/alone-" + newToken()
	var files bytes.Buffer
	if err := dag.NewPlan(w).Write(&files, dag.Place{Jobs: jobs, Log: jobs + "/log"}, func(scheduler.Job) ([]byte, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	local := filepath.Join(t.TempDir(), "graph.tar")
	if err := os.WriteFile(local, files.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	lab := condor(t)
	if _, err := lab.Run(t.Context(), "ben", "mkdir", jobs); err != nil {
		t.Fatal(err)
	}
	if err := lab.CopyIn(t.Context(), "ben", local, jobs+"/graph.tar"); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Run(t.Context(), "ben", "tar", "-xmf", jobs+"/graph.tar", "-C", jobs); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	out, err := lab.Run(t.Context(), "ben", "sh", "-c", "cd "+jobs+"/"+w.Token+" && condor_submit_dag main.dag")
	_, rest, found := strings.Cut(string(out), "submitted to cluster ")
	if err != nil || !found {
		t.Fatalf("%s%v", out, err)
	}
	cluster, _, _ := strings.Cut(rest, ".")
	awaitEmpty(t, cluster)
	return time.Since(began)
}

// awaitEmpty waits until a cluster has left the queue.
func awaitEmpty(t *testing.T, cluster string) {
	t.Helper()
	for limit := time.Now().Add(15 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		out, err := condor(t).Run(t.Context(), "ben", "condor_q", cluster, "-af", "ClusterId")
		if err == nil && len(bytes.TrimSpace(out)) == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("cluster %s does not end: %s%v", cluster, out, err)
		}
	}
}
