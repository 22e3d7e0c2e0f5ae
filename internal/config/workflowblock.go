package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// graphText is what a workflow, and one within a node, is decoded to besides its nodes.
type graphText struct {
	Throttles map[string]int
	MaxNodes  *int64 `json:"max_nodes"`
	Splice    bool
}

// workflow takes a block "workflow" of the top.
func (l *loader) workflow(t *text, b *Block) (scheduler string, w *scheduler.Workflow) {
	inner := l.apart(t, b, blockNode, nodeGrammar())
	var given struct {
		wantedText
		graphText
	}
	l.decode(b, &given)
	w = l.graph(t, b, inner, given.graphText)
	w.Name, w.User, w.Groups, w.Labels, w.Key, w.Options = given.Name, given.User, given.Groups, given.Labels, given.Key, given.Options
	if w.Name == "" {
		w.Name = b.Name
	}
	w.Policy = l.policy(b, given.Policy)
	if len(w.Policy.Retry) > 0 {
		l.mark(b.at("policy", "retry"), "give the nodes retries in place of it", "rules for retries are for a job of one task")
	}
	return given.Scheduler, w
}

// graph is a workflow with the nodes of its block.
func (l *loader) graph(t *text, b *Block, nodes []*Block, given graphText) *scheduler.Workflow {
	w := &scheduler.Workflow{Throttles: given.Throttles, MaxNodes: l.integer(b.at("max_nodes"), "max_nodes", given.MaxNodes, 1)}
	for name, n := range given.Throttles {
		if n < 1 {
			l.mark(b.find(path{}.attribute("throttles").key(name), false), "leave it out for no limit", "throttles[%q] must be at least 1", name)
		}
	}
	if len(nodes) == 0 && !b.has(blockNode) {
		l.mark(b.head, "add "+header(blockNode), "a workflow needs a node")
	}
	b.inner = nodes
	var names []string
	for _, n := range nodes {
		if first := slices.Index(names, n.Name); first >= 0 {
			l.mark(n.label(), "give one of them another name", "the name %q is used twice, first at %s", n.Name, placeOf(nodes[first].label()))
		}
		names = append(names, n.Name)
		w.Nodes = append(w.Nodes, l.node(t, n))
	}
	for i, n := range w.Nodes {
		for k, name := range n.After {
			if !slices.Contains(names, name) {
				l.mark(nodes[i].find(path{}.attribute("after").at(k), false), suggestion(name, names), "there is no node %q in this workflow", name)
			}
		}
	}
	return w
}

// node takes a block "node".
func (l *loader) node(t *text, b *Block) scheduler.Node {
	before := len(l.marks)
	graphs := l.apart(t, b, blockWorkflow, innerGrammar())
	var given struct {
		taskText
		Options           map[string]any
		After             []string
		Kind              scheduler.NodeKind
		Vars              map[string]string
		Retries, Priority *int64
		UnlessExit        *int `json:"unless_exit"`
		PreSkip           *int `json:"pre_skip"`
		Category          string
		Pre, Post         *scheduler.Command
		AbortOn           *scheduler.Abort `json:"abort_on"`
	}
	l.decode(b, &given)
	n := scheduler.Node{
		Name: b.Name, Job: l.task(b, given.taskText), After: given.After, Kind: given.Kind, Vars: given.Vars,
		Retries: l.integer(b.at("retries"), "retries", given.Retries, 0), UnlessExit: given.UnlessExit, Category: given.Category,
		Pre: given.Pre, Post: given.Post, PreSkip: given.PreSkip, AbortOn: given.AbortOn,
	}
	n.Job.Options = given.Options
	if given.Priority != nil {
		n.Priority = int(*given.Priority)
	}
	switch fine := len(l.marks) == before; {
	case len(graphs) > 1:
		l.mark(graphs[1].head, "keep one of them", "workflow may be there only once")
	case len(graphs) == 1 && b.has("command"):
		l.mark(b.at("command"), "keep one of them", "a node has a command or a workflow, not both")
	case len(graphs) == 1:
		b.inner = graphs
		n.Workflow, n.Splice = l.inner(t, graphs[0])
	case fine && given.Command == "":
		l.mark(b.head, "add command = \"…\"", "a node needs a command or a workflow")
	case fine:
		l.complain(b, n.Job.Check())
	}
	return n
}

// inner takes a block "workflow" of a node.
func (l *loader) inner(t *text, b *Block) (*scheduler.Workflow, bool) {
	inner := l.apart(t, b, blockNode, nodeGrammar())
	var given struct {
		graphText
		Options map[string]any
	}
	l.decode(b, &given)
	w := l.graph(t, b, inner, given.graphText)
	w.Options = given.Options
	return w, given.Splice
}

// apart takes the blocks of a kind out of a block, to be read by themselves.
func (l *loader) apart(t *text, b *Block, kind string, schema *pluginv1.Block) (inner []*Block) {
	wanted := hcl.BlockHeaderSchema{Type: kind}
	if kind == blockNode {
		wanted.LabelNames = []string{"name"}
	}
	b.apart = kind
	form := "write " + header(kind)
	if kind == blockWorkflow {
		form = "write workflow { … }"
	}
	content, _, diags := b.body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{wanted}})
	taken := map[hcl.Range]bool{}
	for _, found := range content.Blocks {
		taken[found.TypeRange] = true
		one := newBlock(t, found, schema)
		l.file.blocks = append(l.file.blocks, one)
		l.labels(one)
		inner = append(inner, one)
	}
	for _, n := range namesIn(b.body) {
		switch {
		case n.name != kind, t.json && !within(diags, n.value), n.block && taken[n.at]:
			continue
		case n.block || t.json:
			l.mark(n.at, form, "the labels of this block are wrong")
		default:
			l.mark(n.at, form, "%s", notAttribute(n.name))
		}
		// What is in there nobody has looked at.
		t.hidden = append(t.hidden, n.value)
	}
	return inner
}
