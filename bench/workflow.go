package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// workflowRows measure a graph of a thousand nodes from its submission to its end: ten layers, each node after two of the layer before. We bring home what each
// node has written; so does the first peer. The second one's nodes write nothing, and HTCondor transfers nothing for them.
func workflowRows() []row {
	const outputs = "should_transfer_files = YES\noutput = $(Cluster).out\nerror = $(Cluster).err\n"
	return []row{
		{name: "condor: workflow of 1000 nodes", peer: "condor_submit_dag with our CONFIG, nodes with output", goal: 1.05, rounds: 1, start: workflowBeside(outputs)},
		{name: "condor: workflow of 1000 nodes", peer: "condor_submit_dag with our CONFIG, nodes without", goal: 1.05, rounds: 1, start: workflowBeside("")},
	}
}

// workflowBeside runs the graph, and it as people write it, with these commands in its nodes' submit description.
func workflowBeside(commands string) func(context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	return func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
		p, err := startPool(ctx, lab.Options{Condor: true, SSH: true, Slots: 64}, nil)
		if err != nil {
			return nil, nil, nil, err
		}
		ours = func(ctx context.Context) error {
			job, err := p.on.SubmitWorkflow(ctx, layers())
			if err != nil {
				return err
			}
			if job, err = job.Wait(ctx); err == nil && job.State != scheduler.Succeeded {
				err = fmt.Errorf("the workflow is %s: %s", job.State, job.Reason)
			}
			return err
		}
		peer = func(ctx context.Context) error {
			dir := fmt.Sprintf("dag%d", time.Now().UnixNano())
			if _, err := p.do("mkdir " + dir); err != nil {
				return err
			}
			for name, text := range map[string]string{
				"node.sub": "universe = vanilla\nexecutable = /bin/true\nlog = nodes.log\n" + commands + "queue\n",
				"fast.cfg": "DAGMAN_USER_LOG_SCAN_INTERVAL = 1\nDAGMAN_MAX_SUBMITS_PER_INTERVAL = 1000\nDAGMAN_QUEUE_UPDATE_INTERVAL = 1\n",
				"x.dag":    plainDAG(),
			} {
				if err := p.put(ctx, dir+"/"+name, text); err != nil {
					return err
				}
			}
			_, err := p.do("cd " + dir + " && condor_submit_dag x.dag && condor_wait x.dag.dagman.log && grep -q 'return value 0' x.dag.dagman.log")
			return err
		}
		return ours, peer, p.stop, nil
	}
}

const (
	manyLayers = 10
	wide       = 100
)

func nodeName(layer, i int) string { return fmt.Sprintf("n%d_%d", layer, i%wide) }

func layers() (w scheduler.Workflow) {
	for layer := range manyLayers {
		for i := range wide {
			n := scheduler.Node{Name: nodeName(layer, i), Job: scheduler.Job{Command: "/bin/true"}}
			if layer > 0 {
				n.After = []string{nodeName(layer-1, i), nodeName(layer-1, i+1)}
			}
			w.Nodes = append(w.Nodes, n)
		}
	}
	return w
}

// plainDAG is the same graph as people write it.
func plainDAG() string {
	var b strings.Builder
	b.WriteString("CONFIG fast.cfg\n")
	for _, n := range layers().Nodes {
		fmt.Fprintf(&b, "JOB %s node.sub\n", n.Name)
	}
	for _, n := range layers().Nodes {
		for _, before := range n.After {
			fmt.Fprintf(&b, "PARENT %s CHILD %s\n", before, n.Name)
		}
	}
	return b.String()
}
