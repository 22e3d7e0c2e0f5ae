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

// ListNodes tells how the nodes of a workflow stand, in the order in which it names them. It asks the store, not the pool. A job that is no workflow is
// fault.Unsupported.
func (j *Job) ListNodes(ctx context.Context) ([]Node, error) {
	job, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return nil, err
	}
	if job.Workflow == nil {
		return nil, fault.Unsupported.New("job %s is no workflow: it has tasks, and no nodes", j.ID)
	}
	tasks, err := j.ListTasks(ctx, 0, job.Tasks)
	if err != nil {
		return nil, err
	}
	return nodes(*job.Workflow, 0, tasks), nil
}

// nodes tells how the nodes of a workflow stand whose tasks, among all, begin with first.
func nodes(w scheduler.Workflow, first int, tasks []Task) []Node {
	all := make([]Node, len(w.Nodes))
	for i, n := range w.Nodes {
		node := Node{Name: n.Name, First: first, Tasks: n.Tasks(), Counts: map[scheduler.State]int{}}
		own := tasks[min(first, len(tasks)):min(first+node.Tasks, len(tasks))]
		for _, t := range own {
			node.Counts[t.State]++
		}
		node.State = follow.Whole(node.Counts, len(own))
		for _, t := range own {
			if t.State == node.State && t.Reason != "" {
				node.Reason = t.Reason
				break
			}
		}
		if n.Workflow != nil {
			node.Nodes = nodes(*n.Workflow, first, tasks)
		} else if len(own) == 1 {
			node.Exit, node.Host = own[0].Exit, own[0].Node
		}
		all[i] = node
		first += node.Tasks
	}
	return all
}
