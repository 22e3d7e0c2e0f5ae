package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// explainNode is said of a task of a workflow whose job is not with the schedd.
func (d *driver) explainNode(ctx context.Context, whole scheduler.Ref, task int) (scheduler.Explanation, error) {
	f, err := d.flow(ctx, whole)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	if _, err := f.refresh(ctx); err != nil {
		return scheduler.Explanation{}, err
	}
	leaf := f.plan.LeafOf(task)
	if leaf == nil {
		return scheduler.Explanation{}, fault.NotFound.New("workflow %s has no task %d", whole.Token, task)
	}
	switch names := f.awaited(leaf); {
	case len(names) == 1:
		return scheduler.Explanation{Summary: fmt.Sprintf("It waits for node %s.", names[0])}, nil
	case len(names) > 1:
		return scheduler.Explanation{Summary: fmt.Sprintf("It waits for nodes %s and %s.", strings.Join(names[:len(names)-1], ", "), names[len(names)-1])}, nil
	case !f.started():
		return scheduler.Explanation{Summary: "Its workflow has been taken, and DAGMan has not begun to run it yet."}, nil
	}
	e := scheduler.Explanation{Summary: "All nodes that it comes after have succeeded: DAGMan hands it over when its turn comes."}
	w := f.plan.Root.Workflow
	if w.MaxNodes > 0 {
		e.Points = append(e.Points, fmt.Sprintf("Of this workflow at most %d nodes are at the pool at once.", w.MaxNodes))
	}
	if most := w.Throttles[leaf.Node.Category]; most > 0 {
		e.Points = append(e.Points, fmt.Sprintf("Of the category %q at most %d nodes are at the pool at once.", leaf.Node.Category, most))
	}
	if leaf.Node.Pre != nil {
		e.Points = append(e.Points, "Its pre script runs first.")
	}
	if leaf.Judged() {
		e.Points = append(e.Points, "It may have run already: a node that fails can be run again, and its post script decides what came of it.")
	}
	return e, nil
}

// awaited are the nodes that the leaf's node, or a workflow around it, comes after and that have not succeeded yet.
func (f *flow) awaited(leaf *dag.Leaf) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &survey{flow: f, known: make(map[*dag.Member]outcome)}
	names, _ := s.awaited(f.plan.Root, leaf)
	return names
}

func (s *survey) awaited(g *dag.Group, leaf *dag.Leaf) (names []string, found bool) {
	members := byName(g)
	for _, m := range g.Members {
		if m.Group != nil {
			names, found = s.awaited(m.Group, leaf)
		} else {
			found = m.Leaf == leaf
		}
		if !found {
			continue
		}
		for _, name := range m.Node.After {
			if o := s.outcome(members, members[name]); !o.over || !o.good {
				names = append(names, fmt.Sprintf("%q", name))
			}
		}
		if m.Node.Kind == scheduler.FinalNode {
			names = append(names, s.unfinished(g, m)...)
		}
		return names, true
	}
	return nil, false
}

// unfinished are the nodes that the final one waits for: all others, however they end.
func (s *survey) unfinished(g *dag.Group, final *dag.Member) (names []string) {
	members := byName(g)
	for _, m := range g.Members {
		if m != final && m.Node.Kind != scheduler.ServiceNode && !s.outcome(members, m).over {
			names = append(names, fmt.Sprintf("%q", m.Node.Name))
		}
	}
	return names
}
