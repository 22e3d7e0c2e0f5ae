package scheduler

import "fmt"

// Workflow is a graph of jobs without cycles, that a pool's own engine runs. Once submitted it is one job, whose tasks are those of all nodes, one node
// after the other: with nodes of 1, 3 and 1 tasks, task 3 is the last of the second node.
type Workflow struct {
	// Token, Name, Options, Labels, User, Groups and Key are as a job's; those of the nodes' jobs are not used, but for the token, which is NodeToken's, the
	// name, and the options. The workflow's options are those of each node's job that does not set them itself.
	Token   string            `json:"token,omitempty"`
	Name    string            `json:"name,omitempty"`
	Nodes   []Node            `json:"nodes"`
	Options map[string]any    `json:"options,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	User    string            `json:"user,omitempty"`
	Groups  []string          `json:"groups,omitempty"`
	Key     string            `json:"key,omitempty"`
	// Policy is as a job's; a workflow's nodes have Retries in place of rules.
	Policy Policy `json:"policy,omitzero"`
	// Throttles are how many nodes of a category may be at the pool at once. Default: no limit.
	Throttles map[string]int `json:"throttles,omitempty"`
	// MaxNodes is how many nodes in all may be at the pool at once. 0: no limit.
	MaxNodes int `json:"max_nodes,omitempty"`
}

// Node is one job of a workflow. What a driver's engine cannot do it refuses: fault.Unsupported, naming the field.
type Node struct {
	// Name is unique in the workflow: [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 64 bytes.
	Name string `json:"name"`
	// Job is what it runs. Its inputs are uploaded under its own token. It is not used where Workflow is there.
	Job Job `json:"job,omitzero"`
	// After names the nodes whose tasks must all have succeeded before any task of this one begins. When one of them does not succeed, the tasks of
	// this one are Cancelled, with a reason that names it.
	After []string `json:"after,omitempty"`
	// Kind says when it runs. Default: when those in After have succeeded.
	Kind NodeKind `json:"kind,omitempty"`
	// Workflow is run in place of a job: its tasks are those of its own nodes. With Splice the engine takes its nodes into the outer graph; without, it
	// is run by an engine of its own.
	Workflow *Workflow `json:"workflow,omitempty"`
	Splice   bool      `json:"splice,omitempty"`
	// Vars replace $(NAME) in the job's Args, Env, and the scripts' arguments. Names are [A-Za-z_][A-Za-z0-9_]*.
	Vars map[string]string `json:"vars,omitempty"`
	// Retries is how often the node is run again when it fails; with UnlessExit not after that exit code. While it has retries left its tasks have not
	// ended.
	Retries    int  `json:"retries,omitempty"`
	UnlessExit *int `json:"unless_exit,omitempty"`
	// Priority: of nodes that are ready, higher ones go to the pool first.
	Priority int `json:"priority,omitempty"`
	// Category counts against the workflow's Throttles.
	Category string `json:"category,omitempty"`
	// Pre and Post run where the workflow's engine runs, before and after the node's tasks. With PreSkip, a Pre that exits with that code makes the node
	// succeed without running. With a Post, its exit code decides whether the node succeeded, and whether its tasks have: of a task that ended badly in a node
	// that its Post lets succeed, Exit tells so. Both find in OCEANID_NODE_RETRY how often the node has been run before, Post in OCEANID_NODE_EXIT how it ended:
	// 0, the exit code, or minus the number of a signal.
	Pre     *Command `json:"pre,omitempty"`
	Post    *Command `json:"post,omitempty"`
	PreSkip *int     `json:"pre_skip,omitempty"`
	// AbortOn ends the whole workflow when the node exits with that code.
	AbortOn *Abort `json:"abort_on,omitempty"`
}

// NodeKind is when a node runs.
type NodeKind string

// The kinds of nodes, after DAGMan's.
const (
	// FinalNode runs last, whether the others succeeded or not. There is at most one.
	FinalNode NodeKind = "final"
	// ServiceNode runs beside all others from the start, and is ended with them; how it ends does not count.
	ServiceNode NodeKind = "service"
)

// Command is a program with its arguments: an absolute path, or "./NAME" of an input of the node's job. No shell sees it.
type Command struct {
	Command string   `json:"command"`
	Args    []string `json:"args,omitempty"`
}

// Abort is when and how a workflow is ended early.
type Abort struct {
	// Exit is the node's exit code that does it.
	Exit int `json:"exit"`
	// Return is the workflow's own exit code then: 0 makes it succeed. nil: Exit.
	Return *int `json:"return,omitempty"`
}

// NodeToken is the token of the job of the node at place i.
func (w Workflow) NodeToken(i int) string { return fmt.Sprintf("%s-%d", w.Token, i) }

// Tasks is the number of tasks of all nodes.
func (w Workflow) Tasks() (n int) {
	for _, node := range w.Nodes {
		n += node.Tasks()
	}
	return n
}

// Tasks is the number of tasks of the node's job or workflow.
func (n Node) Tasks() int {
	if n.Workflow != nil {
		return n.Workflow.Tasks()
	}
	return n.Job.Tasks()
}

// FirstTask is the number that the workflow gives the first task of the node at place i.
func (w Workflow) FirstTask(i int) int {
	return Workflow{Nodes: w.Nodes[:i]}.Tasks()
}
