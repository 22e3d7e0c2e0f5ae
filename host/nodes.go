package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Node is how one node of a workflow stands.
type Node struct {
	// Name is the node's in its workflow.
	Name string `json:"name"`
	// State is where its tasks as a whole stand, by the rule by which a job's do; Reason is that of the first task in that state that has one.
	State  scheduler.State `json:"state"`
	Reason string          `json:"reason,omitempty"`
	// Exit and Host are those of a node of one task.
	Exit *scheduler.Exit `json:"exit,omitempty"`
	Host string          `json:"host,omitempty"`
	// First is the number that its first task has among those of the job, Tasks how many it has, Counts how many of them are in each state.
	First  int                     `json:"first"`
	Tasks  int                     `json:"tasks"`
	Counts map[scheduler.State]int `json:"counts"`
	// Nodes are those of the workflow that it is; their First counts from the whole job's first task, too.
	Nodes []Node `json:"nodes,omitempty"`
}

// ListNodes tells how the nodes of a workflow stand, in the order in which it names them. It asks the store, not the pool. Of one with thousands of tasks they
// are read some at a time, so that what moves meanwhile may count as it was or as it is. A job that is no workflow is fault.Unsupported.
func (j *Job) ListNodes(ctx context.Context) ([]Node, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return nil, err
	}
	if job.Workflow == nil {
		return nil, fault.Unsupported.New("job %s is no workflow: it has tasks, and no nodes", j.ID)
	}
	const page = 4096
	var all []*nodeCount
	nodes := outline(*job.Workflow, 0, &all)
	for first := 0; first < job.Tasks; first += page {
		tasks, err := j.ListTasks(ctx, first, page)
		if err != nil {
			return nil, err
		}
		for _, n := range all {
			n.take(first, tasks)
		}
	}
	for _, n := range all {
		n.conclude()
	}
	return nodes, nil
}

// outline is the nodes of a workflow whose tasks begin with first, before anything of these is known. It adds them all to flat, those within others too.
func outline(w scheduler.Workflow, first int, flat *[]*nodeCount) []Node {
	all := make([]Node, len(w.Nodes))
	for i, n := range w.Nodes {
		all[i] = Node{Name: n.Name, First: first, Tasks: n.Tasks(), Counts: map[scheduler.State]int{}}
		*flat = append(*flat, &nodeCount{node: &all[i], reasons: map[scheduler.State]string{}})
		if n.Workflow != nil {
			all[i].Nodes = outline(*n.Workflow, first, flat)
		}
		first += all[i].Tasks
	}
	return all
}

// nodeCount gathers what the tasks of a node say.
type nodeCount struct {
	node    *Node
	reasons map[scheduler.State]string // of each state the first one
}

// take counts those of some tasks, which begin with first, that are the node's.
func (c *nodeCount) take(first int, tasks []Task) {
	n, last := c.node, first+len(tasks)
	begin, end := min(max(n.First, first), last), min(max(n.First+n.Tasks, first), last)
	for _, t := range tasks[begin-first : end-first] {
		n.Counts[t.State]++
		if c.reasons[t.State] == "" && t.Reason != "" {
			c.reasons[t.State] = t.Reason
		}
		if n.Tasks == 1 && n.Nodes == nil {
			n.Exit, n.Host = t.Exit, t.Node
		}
	}
}

// conclude says how the node as a whole stands.
func (c *nodeCount) conclude() {
	known := 0
	for _, n := range c.node.Counts {
		known += n
	}
	c.node.State = follow.Whole(c.node.Counts, known)
	c.node.Reason = c.reasons[c.node.State]
}
