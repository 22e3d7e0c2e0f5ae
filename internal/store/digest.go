package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// digest stands for what was asked for, to find out whether the same key means the same wish. What the host does about a job by itself is not part of
// it, nor where the inputs were read from, as long as their content is the same.
func (j Job) digest() string {
	asked := jobSpec{Job: bareJob(j.Spec)}
	if j.Workflow != nil {
		flow := bareWorkflow(*j.Workflow)
		asked.Workflow = &flow
	}
	// What cannot be marshalled is refused where the specification is.
	text, _ := json.Marshal(asked)
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func bareJob(j scheduler.Job) scheduler.Job {
	j.Token, j.Policy = "", scheduler.Policy{}
	inputs := make([]scheduler.Input, len(j.Inputs))
	for i, in := range j.Inputs {
		if in.SHA256 != "" {
			in.Path, in.Data = "", nil
		}
		inputs[i] = in
	}
	j.Inputs = inputs
	return j
}

func bareWorkflow(w scheduler.Workflow) scheduler.Workflow {
	w.Token, w.Policy = "", scheduler.Policy{}
	nodes := make([]scheduler.Node, len(w.Nodes))
	for i, n := range w.Nodes {
		n.Job = bareJob(n.Job)
		if n.Workflow != nil {
			inner := bareWorkflow(*n.Workflow)
			n.Workflow = &inner
		}
		nodes[i] = n
	}
	w.Nodes = nodes
	return w
}
