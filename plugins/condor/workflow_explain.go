package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// mostFronts is how many of the nodes that hold a workflow up are told of.
const mostFronts = 5

// explainNode is said of a task of a workflow whose job is not with the schedd: it waits for other nodes, or for its turn.
func (d *driver) explainNode(ctx context.Context, whole scheduler.Ref, task int) (e scheduler.Explanation, err error) {
	f, err := d.flow(ctx, whole)
	if err != nil {
		return e, err
	}
	if _, err := f.refresh(ctx); err != nil {
		return e, err
	}
	leaf := f.plan.LeafOf(task)
	if leaf == nil {
		return e, fault.NotFound.New("workflow %s has no task %d", whole.Token, task)
	}
	e, front := f.explain(leaf)
	if front < 0 {
		return e, nil
	}
	// One of the nodes that hold it up waits for a machine: why, its own match analysis says.
	w, there, err := d.waitingTask(ctx, whole, front)
	if err != nil || !there {
		return e, err
	}
	own := w.explanation()
	e.Points = append(e.Points, fmt.Sprintf("Of node %q: %s", f.plan.LeafOf(front).Name, own.Summary))
	e.Points = append(e.Points, own.Points...)
	e.Advice = own.Advice
	return e, nil
}

// explain says what its files tell; front is the task of a node that holds it up and waits at the pool, -1: there is none.
func (f *flow) explain(leaf *dag.Leaf) (e scheduler.Explanation, front int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	front = -1
	s := &survey{flow: f, known: make(map[*dag.Member]outcome)}
	s.group(f.plan.Root, "", false)
	own := f.nodes[0][""]
	if own == nil || !own.started {
		e.Points = append(e.Points, "Its workflow has been taken, and DAGMan has not begun to run it yet.")
	}
	awaited, _ := s.awaited(f.plan.Root, leaf)
	if len(awaited) == 0 {
		turn := s.turn(leaf)
		e.Points = append(e.Points, turn...)
		e.Summary, e.Points = e.Points[0], e.Points[1:]
		return e, front
	}
	var names []string
	for _, m := range awaited {
		names = append(names, fmt.Sprintf("%q", m.Node.Name))
	}
	e.Summary = fmt.Sprintf("It waits for node%s.", listed(names))
	fronts := s.fronts(leaf, make(map[*dag.Leaf]bool))
	for i, l := range fronts {
		if i == mostFronts {
			e.Points = append(e.Points, fmt.Sprintf("%d more nodes hold it up.", len(fronts)-i))
			break
		}
		said, atPool := s.stands(l)
		e.Points = append(e.Points, fmt.Sprintf("Node %q %s", l.Name, said))
		if atPool >= 0 && front < 0 {
			front = atPool
		}
	}
	return e, front
}

// listed are names in a sentence: ` "a"`, `s "a", "b" and "c"`.
func listed(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return " " + names[0]
	}
	return "s " + strings.Join(names[:last], ", ") + " and " + names[last]
}

// stands says how a node stands that does not wait for others; atPool is its first task that waits at the pool, -1: none does.
func (s *survey) stands(l *dag.Leaf) (said string, atPool int) {
	run := s.flow.last[l]
	for task := l.First; task < l.First+l.Job.Tasks(); task++ {
		i := slices.IndexFunc(s.all, func(now scheduler.Status) bool { return now.Task <= task && task < now.Task+now.Count })
		if i < 0 || s.all[i].State.Terminal() {
			continue
		}
		switch now := s.all[i]; now.State {
		case scheduler.Running, scheduler.Suspended:
			said = "is " + string(now.State)
			if now.Node != "" {
				said += " on " + now.Node
			}
			return said + ".", -1
		case scheduler.Held:
			return "is " + strings.TrimSuffix(because("held", strings.TrimPrefix(now.Reason, "held: ")), ".") + ".", -1
		}
		if run != nil && run.tasks[task].State == scheduler.Queued {
			return "waits at the pool.", task
		}
		break
	}
	return "has not been handed over: " + s.turn(l)[0], -1
}

// turn says why a node is not at the pool that waits for no other, the most important first.
func (s *survey) turn(l *dag.Leaf) (points []string) {
	around := groupOf(s.flow.plan.Root, l)
	category := l.Node.Category
	if most := around.Workflow.Throttles[category]; category != "" && most > 0 {
		there := s.atPool(l, func(other *dag.Leaf) bool {
			return other.Node.Category == category && groupOf(s.flow.plan.Root, other) == around
		})
		points = append(points, throttled(fmt.Sprintf("of the category %q", category), most, there))
	}
	if most := maxNodes(s.flow.plan.Root, l); most > 0 {
		there := s.atPool(l, func(other *dag.Leaf) bool { return other.Graph == l.Graph })
		points = append(points, throttled("of its workflow", most, there))
	}
	switch i := slices.IndexFunc(points, func(p string) bool { return strings.Contains(p, reached) }); i {
	case -1:
		points = slices.Insert(points, 0, s.step(l))
	case 1:
		slices.Reverse(points)
	}
	if l.Node.UnlessExit != nil || l.Node.Retries > 0 {
		if r := s.flow.nodes[l.Graph][l.Name]; r != nil && len(r.failed) > 0 {
			points = append(points, fmt.Sprintf("It has failed %d times and is run again, %d times at most.", len(r.failed), l.Node.Retries))
		}
	}
	return points
}

// step says what DAGMan does with a node for which nothing is in the way.
func (s *survey) step(l *dag.Leaf) string {
	r := s.flow.nodes[l.Graph][l.Name]
	switch {
	case r != nil && r.last == dag.PreStarted:
		return "Its pre script runs: its job is handed over when that has ended."
	case r != nil && r.last == dag.PostStarted:
		return "Its job has ended, and its post script runs, which decides what comes of it."
	case r != nil && r.notTaken:
		return "HTCondor did not take its job, and DAGMan tries again."
	case l.Node.Kind == scheduler.FinalNode:
		return "All other nodes have ended: DAGMan hands it over now, as the last one."
	case l.Node.Pre != nil:
		return "All nodes that it comes after have succeeded: DAGMan runs its pre script now, and then hands its job over."
	}
	return "All nodes that it comes after have succeeded: DAGMan hands it over when its turn comes, within seconds as a rule."
}

// reached marks a throttle that keeps nodes back.
const reached = "it waits until one of these ends"

func throttled(of string, most int, there []string) string {
	nodes := "nodes " + of + " are"
	if most == 1 {
		nodes = "node " + of + " is"
	}
	said := fmt.Sprintf("At most %d %s at the pool at once", most, nodes)
	if len(there) < most {
		return fmt.Sprintf("%s, and %d now.", said, len(there))
	}
	if len(there) > mostFronts {
		there = append(slices.Clone(there[:mostFronts]), "…")
	}
	return fmt.Sprintf("%s: %s (%s).", said, reached, strings.Join(there, ", "))
}

// atPool are the nodes, besides that one, that have jobs at the pool which have not ended.
func (s *survey) atPool(but *dag.Leaf, counts func(*dag.Leaf) bool) (names []string) {
	for _, l := range s.flow.plan.Leaves {
		run := s.flow.last[l]
		if l == but || run == nil || !counts(l) {
			continue
		}
		for _, now := range run.tasks {
			if !now.State.Terminal() {
				names = append(names, fmt.Sprintf("%q", l.Name))
				break
			}
		}
	}
	return names
}
