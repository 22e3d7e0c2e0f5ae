package host

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// prepare fills in defaults and refuses what no pool could carry.
func prepare(spec scheduler.Job) (scheduler.Job, error) {
	if spec.Name == "" {
		spec.Name = filepath.Base(spec.Command)
	}
	var err error
	if spec.Inputs, err = follow.Inputs(spec.Inputs); err != nil {
		return spec, err
	}
	if err := spec.Check(); err != nil {
		return spec, err
	}
	return spec, spec.Policy.Check(spec.Tasks())
}

// prepareWorkflow does so for a workflow.
func prepareWorkflow(w scheduler.Workflow) (scheduler.Workflow, error) {
	if w.Name == "" {
		w.Name = "workflow"
	}
	w, err := readInputs(w)
	if err != nil {
		return w, err
	}
	if err := w.Check(); err != nil {
		return w, err
	}
	if len(w.Policy.Retry) > 0 {
		return w, fault.Invalid.New("policy: retry rules are for a job of one task; give the workflow's nodes retries")
	}
	return w, w.Policy.Check(w.Tasks())
}

// readInputs fills in what the host knows about the inputs of all nodes. It leaves what it was given as it is.
func readInputs(w scheduler.Workflow) (scheduler.Workflow, error) {
	return eachNode(w, func(n scheduler.Node) (scheduler.Node, error) {
		var err error
		n.Job.Inputs, err = follow.Inputs(n.Job.Inputs)
		return n, err
	})
}

// eachNode is a copy of a workflow in which every node that has a job is another, also in the workflows that it holds. An error names the node.
func eachNode(w scheduler.Workflow, change func(scheduler.Node) (scheduler.Node, error)) (scheduler.Workflow, error) {
	nodes := make([]scheduler.Node, len(w.Nodes))
	for i, n := range w.Nodes {
		var err error
		if n.Workflow == nil {
			n, err = change(n)
		} else {
			var inner scheduler.Workflow
			inner, err = eachNode(*n.Workflow, change)
			n.Workflow = &inner
		}
		if err != nil {
			return w, fmt.Errorf("node %q: %w", w.Nodes[i].Name, err)
		}
		nodes[i] = n
	}
	w.Nodes = nodes
	return w, nil
}

// wildcard stands for the job's ID.
const wildcard = "{id}"

// name puts an intent's ID where what was asked for has a place for it.
func name(intent *store.Job) {
	for _, text := range []*string{&intent.Spec.Name, &intent.Spec.Policy.Results} {
		*text = strings.ReplaceAll(*text, wildcard, intent.ID)
	}
	if intent.Workflow != nil {
		w := *intent.Workflow
		w.Name, w.Policy = intent.Spec.Name, intent.Spec.Policy
		intent.Workflow = &w
	}
}
