package dag

import (
	"maps"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Plan is a workflow as it lies at the pool.
type Plan struct {
	Token string
	// Root is the workflow, Leaves are its jobs in the order of their tasks, and Graphs those that a DAGMan of their own runs; the first is the whole's.
	Root   *Group
	Leaves []*Leaf
	Graphs []Graph
}

// Graph is the name of a file, in the workflow's folder, that a DAGMan reads.
type Graph string

// Journal is the JOBSTATE_LOG of the graph: what becomes of each node, by its name.
func (g Graph) Journal() string { return string(g) + ".jobstate.log" }

// Events is the log that DAGMan goes by: a job event log of all node jobs of the graph.
func (g Graph) Events() string { return string(g) + ".nodes.log" }

// Talk is what DAGMan writes for people.
func (g Graph) Talk() string { return string(g) + ".dagman.out" }

// config is the file of its DAGMan's settings.
func (g Graph) config() string { return string(g) + ".config" }

// Group is a workflow, the whole or one within it.
type Group struct {
	Workflow scheduler.Workflow
	// File is the graph's, Spliced tells that another graph takes it in.
	File    Graph
	Spliced bool
	// Graph is the place in Plan.Graphs of the one that its DAGMan runs.
	Graph   int
	Members []*Member
	// Retried tells that it, or a workflow around it, may be run again.
	Retried bool
}

// Member is a node at its place.
type Member struct {
	Node scheduler.Node
	// Name is what the journal calls it, of the graph at that place in Plan.Graphs.
	Name  string
	Graph int
	// Leaf is its job, or Group its workflow.
	Leaf  *Leaf
	Group *Group
}

// Leaf is a node's job.
type Leaf struct {
	// Job is what it runs: its token is the node's, its options those of the workflows as well, its variables are put in.
	Job scheduler.Job
	// First is the number of its first task in the whole workflow.
	First int
	// Graph and Name say where its news are to be found.
	Graph int
	Name  string
	// Node is the node with its variables put in.
	Node scheduler.Node
	// Retried tells that a workflow around it may be run again, and with it what has not succeeded of its nodes.
	Retried bool
}

// Judged tells that how the node ends is not told by its tasks alone: it may be run again, or a script decides.
func (l *Leaf) Judged() bool { return l.Retried || l.Node.Retries > 0 || l.Node.Post != nil }

// mainGraph is the graph of the whole workflow.
const mainGraph Graph = "main.dag"

// NewPlan lays a workflow out. It has been checked.
func NewPlan(w scheduler.Workflow) *Plan {
	p := &Plan{Token: w.Token, Graphs: []Graph{mainGraph}}
	p.Root = p.group(w, &Group{File: mainGraph}, "", nil)
	return p
}

// group fills in g with the workflow, whose nodes' names get the prefix, and whose options are those of the workflows around it as well.
func (p *Plan) group(w scheduler.Workflow, g *Group, prefix string, options map[string]any) *Group {
	g.Workflow = w
	options = merged(options, w.Options)
	for i, n := range w.Nodes {
		token := w.NodeToken(i)
		m := &Member{Node: n, Name: prefix + n.Name, Graph: g.Graph}
		g.Members = append(g.Members, m)
		if n.Workflow == nil {
			m.Leaf = p.leaf(n, token, options)
			m.Leaf.Graph, m.Leaf.Name, m.Leaf.Retried = g.Graph, m.Name, g.Retried
			continue
		}
		inner := *n.Workflow
		inner.Token = token
		m.Group = &Group{File: Graph(token + ".dag"), Spliced: n.Splice, Graph: g.Graph, Retried: g.Retried || n.Retries > 0}
		below := m.Name + "+"
		if !n.Splice {
			m.Group.Graph, below = len(p.Graphs), ""
			p.Graphs = append(p.Graphs, m.Group.File)
		}
		p.group(inner, m.Group, below, options)
	}
	return g
}

func (p *Plan) leaf(n scheduler.Node, token string, options map[string]any) *Leaf {
	n = withVars(n)
	n.Job.Token, n.Job.Options = token, merged(options, n.Job.Options)
	if n.Job.Name == "" {
		n.Job.Name = n.Name
	}
	l := &Leaf{Job: n.Job, Node: n}
	if last := len(p.Leaves) - 1; last >= 0 {
		l.First = p.Leaves[last].First + p.Leaves[last].Job.Tasks()
	}
	p.Leaves = append(p.Leaves, l)
	return l
}

// Tasks is the number of tasks of the whole.
func (p *Plan) Tasks() int {
	last := p.Leaves[len(p.Leaves)-1]
	return last.First + last.Job.Tasks()
}

// LeafOf is the job that has a task of the whole; nil: none.
func (p *Plan) LeafOf(task int) *Leaf {
	for _, l := range p.Leaves {
		if l.First <= task && task < l.First+l.Job.Tasks() {
			return l
		}
	}
	return nil
}

func merged(outer, own map[string]any) map[string]any {
	if len(outer) == 0 {
		return own
	}
	// HTCondor's names are the same in any case of their letters.
	all := maps.Clone(outer)
	for name, value := range own {
		maps.DeleteFunc(all, func(given string, _ any) bool { return strings.EqualFold(given, name) })
		all[name] = value
	}
	return all
}
