package main

import (
	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// awaited are the nodes that the leaf's node, or a workflow around it, comes after and that have not succeeded yet.
func (s *survey) awaited(g *dag.Group, leaf *dag.Leaf) (nodes []*dag.Member, found bool) {
	members := byName(g)
	for _, m := range g.Members {
		if m.Group != nil {
			nodes, found = s.awaited(m.Group, leaf)
		} else {
			found = m.Leaf == leaf
		}
		if !found {
			continue
		}
		for _, name := range m.Node.After {
			if o := s.outcome(members, members[name]); !o.over || !o.good {
				nodes = append(nodes, members[name])
			}
		}
		if m.Node.Kind == scheduler.FinalNode {
			nodes = append(nodes, s.unfinished(g, m)...)
		}
		return nodes, true
	}
	return nil, false
}

// unfinished are the nodes that the final one waits for: all others, however they end.
func (s *survey) unfinished(g *dag.Group, final *dag.Member) (nodes []*dag.Member) {
	members := byName(g)
	for _, m := range g.Members {
		if m != final && m.Node.Kind != scheduler.ServiceNode && !s.outcome(members, m).over {
			nodes = append(nodes, m)
		}
	}
	return nodes
}

// fronts are the jobs that hold a leaf up, directly or by others, and wait for no other themselves.
func (s *survey) fronts(leaf *dag.Leaf, seen map[*dag.Leaf]bool) (fronts []*dag.Leaf) {
	awaited, _ := s.awaited(s.flow.plan.Root, leaf)
	if len(awaited) == 0 {
		return []*dag.Leaf{leaf}
	}
	for _, m := range awaited {
		for _, l := range s.unended(m) {
			if !seen[l] {
				seen[l] = true
				fronts = append(fronts, s.fronts(l, seen)...)
			}
		}
	}
	return fronts
}

// unended are the jobs of a node that have not all ended.
func (s *survey) unended(m *dag.Member) (leaves []*dag.Leaf) {
	if m.Leaf != nil {
		return []*dag.Leaf{m.Leaf}
	}
	members := byName(m.Group)
	for _, inner := range m.Group.Members {
		if !s.outcome(members, inner).over {
			leaves = append(leaves, s.unended(inner)...)
		}
	}
	return leaves
}

// groupOf is the workflow that has the leaf as a node.
func groupOf(g *dag.Group, leaf *dag.Leaf) *dag.Group {
	for _, m := range g.Members {
		if m.Leaf == leaf {
			return g
		}
		if m.Group != nil {
			if inner := groupOf(m.Group, leaf); inner != nil {
				return inner
			}
		}
	}
	return nil
}

// maxNodes is how many nodes the DAGMan of a leaf has at the pool at most; 0: any number. A workflow that is spliced into another's graph has no say in that.
func maxNodes(g *dag.Group, leaf *dag.Leaf) int {
	most := g.Workflow.MaxNodes
	for g != nil {
		within := g
		g = nil
		for _, m := range within.Members {
			if m.Group != nil && groupOf(m.Group, leaf) != nil {
				g = m.Group
			}
		}
		if g != nil && !g.Spliced {
			most = g.Workflow.MaxNodes
		}
	}
	return most
}
