package main

import (
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// survey is one look at where all tasks of a workflow stand.
type survey struct {
	flow *flow
	// engine is where the DAGMan stands, the zero value where nobody has asked. Once it has ended no task is left open, but for those in queue: jobs that it has left behind.
	engine scheduler.Status
	queue  nodeQueue
	known  map[*dag.Member]outcome
	all    []scheduler.Status
}

// survey says of each task where it stands.
func (f *flow) survey(engine scheduler.Status, queue nodeQueue) []scheduler.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &survey{flow: f, engine: engine, queue: queue, known: make(map[*dag.Member]outcome)}
	s.group(f.plan.Root, "", false)
	return s.all
}

func (s *survey) ended() bool { return s.engine.State.Terminal() }

// group surveys the nodes of a workflow. Where one around it will never run, upstream says why; where one around it may be run again, only what has succeeded
// has ended.
func (s *survey) group(g *dag.Group, upstream string, again bool) {
	members := byName(g)
	for _, m := range g.Members {
		why := upstream
		if why == "" {
			why = s.upstream(members, m)
		}
		if m.Group != nil {
			s.group(m.Group, why, again || m.Node.Retries > 0 && !s.outcome(members, m).over)
			continue
		}
		for task := range m.Leaf.Job.Tasks() {
			s.tell(m.Leaf, task, why, again)
		}
	}
}

func byName(g *dag.Group) map[string]*dag.Member {
	members := make(map[string]*dag.Member, len(g.Members))
	for _, m := range g.Members {
		members[m.Node.Name] = m
	}
	return members
}

// upstream says why a node will never run; "": it may.
func (s *survey) upstream(members map[string]*dag.Member, m *dag.Member) string {
	for _, name := range m.Node.After {
		if o := s.outcome(members, members[name]); o.over && !o.good {
			return fmt.Sprintf("node %q, which it comes after, did not succeed", name)
		}
	}
	return ""
}

// outcome tells how a node has come to its end.
func (s *survey) outcome(members map[string]*dag.Member, m *dag.Member) outcome {
	if o, known := s.known[m]; known {
		return o
	}
	// Nodes do not wait for each other in a circle.
	o := outcome{}
	switch {
	case s.upstream(members, m) != "":
		o.over = true
	case m.Group != nil && m.Group.Spliced:
		o = s.spliced(m.Group)
	default:
		// Of a workflow within it, the DAGMan is a job of the graph around it.
		o = s.flow.nodes[m.Graph][m.Name].outcome(m.Node)
	}
	if s.ended() && !o.over {
		o = outcome{over: true}
	}
	s.known[m] = o
	return o
}

func (s *survey) spliced(g *dag.Group) outcome {
	o := outcome{over: true, good: true}
	members := byName(g)
	for _, m := range g.Members {
		switch one := s.outcome(members, m); {
		case m.Node.Kind == scheduler.ServiceNode:
		case !one.over:
			o.over = false
		case !one.good:
			return one
		}
	}
	return o
}

// tell adds where one task stands.
func (s *survey) tell(l *dag.Leaf, task int, upstream string, again bool) {
	var now scheduler.Status
	run := s.flow.last[l]
	r := s.flow.nodes[l.Graph][l.Name]
	at, seen := scheduler.Status{}, false
	if run != nil {
		at, seen = run.tasks[l.First+task]
	}
	switch {
	case !seen:
		now = s.notBegun(l, r, upstream)
	case at.State.Terminal():
		now = s.come(l, r, s.removed(at))
	default:
		now = at
		status, there := s.queue[number{run.cluster, task}]
		switch {
		case s.ended() && !there:
			now = s.leftBehind()
		case status == statusSuspended && at.State == scheduler.Running:
			// DAGMan's log does not tell.
			now.State, now.Reason = scheduler.Suspended, suspended
		}
	}
	if again && now.State.Terminal() && now.State != scheduler.Succeeded {
		now = judged(now)
	}
	now.ID, now.Token, now.Task, now.Count = s.flow.ref.ID, s.flow.ref.Token, l.First+task, 1
	if last := len(s.all) - 1; last >= 0 && alike(s.all[last], now) {
		s.all[last].Count++
		return
	}
	s.all = append(s.all, now)
}

// come is a task whose own run has ended. Of a node that may be run again, or that a script judges, that is not all.
func (s *survey) come(l *dag.Leaf, r *record, at scheduler.Status) scheduler.Status {
	o := r.outcome(l.Node)
	switch {
	case l.Node.Retries == 0 && l.Node.Post == nil:
	case !o.over && !s.ended():
		return judged(at)
	case o.over && o.good && at.State != scheduler.Succeeded:
		at.Reason = because("the node's post script counts it as a success", at.Reason)
		at.State, at.Cause = scheduler.Succeeded, ""
	case l.Node.Post != nil && !o.good && at.State == scheduler.Succeeded:
		at.State, at.Reason = scheduler.Failed, "it ended well, and the node's post script did not"
	}
	return at
}

// removed is a task that has ended, and if its workflow has taken it along, with the reason of that.
func (s *survey) removed(at scheduler.Status) scheduler.Status {
	if at.State != scheduler.Cancelled || !withWorkflow(at.Native) {
		return at
	}
	if s.engine.State == scheduler.Cancelled {
		at.Cause, at.Reason = s.engine.Cause, "removed with its workflow: "+s.engine.Reason
	} else if name := s.aborter(s.flow.plan.Root); name != "" {
		at.Reason = fmt.Sprintf("node %q has ended the workflow", name)
	}
	return at
}

// judged is a task that has ended and whose node has not.
func judged(at scheduler.Status) scheduler.Status {
	how := at.Reason
	if how == "" {
		how = "exit code 0"
	}
	return scheduler.Status{
		ID: at.ID, Token: at.Token, Task: at.Task, Count: at.Count, Time: at.Time,
		State: scheduler.Queued, Reason: "its run has ended (" + how + "); what comes of its node is not decided yet: it may be run again, or a script decides",
	}
}

// notBegun is a task that the schedd was never given.
func (s *survey) notBegun(l *dag.Leaf, r *record, upstream string) scheduler.Status {
	o := r.outcome(l.Node)
	switch {
	case r != nil && r.skipped:
		return scheduler.Status{State: scheduler.Succeeded, Reason: "the node's pre script has left it out", Time: r.time}
	case upstream != "":
		return scheduler.Status{State: scheduler.Cancelled, Cause: scheduler.CauseUpstream, Reason: upstream}
	case o.over && !o.good, s.ended() && r != nil && r.pre:
		return scheduler.Status{State: scheduler.Failed, Cause: scheduler.CauseStart, Reason: "the node's pre script failed", Time: r.time}
	case s.ended():
		return s.neverBegun(r)
	case s.engine.State == scheduler.Held:
		return scheduler.Status{State: scheduler.Held, Reason: "held with its workflow, of which nothing new begins: " + strings.TrimPrefix(s.engine.Reason, "held: "), Native: s.engine.Native, Cause: s.engine.Cause, Time: s.engine.Time}
	}
	return scheduler.Status{State: scheduler.Queued}
}

// neverBegun is a task that the schedd was never given and never will be.
func (s *survey) neverBegun(r *record) scheduler.Status {
	now := scheduler.Status{State: scheduler.Cancelled, Native: s.engine.Native, Time: s.engine.Time}
	switch own := s.flow.nodes[0][""]; {
	case r != nil && r.notTaken:
		now.State, now.Cause, now.Reason = scheduler.Failed, scheduler.CauseStart, "HTCondor did not take the job of the node"
	case s.engine.State == scheduler.Cancelled:
		now.Cause, now.Reason = s.engine.Cause, "the workflow was cancelled before its turn came: "+s.engine.Reason
	case s.engine.State == scheduler.Lost:
		now.State, now.Reason = scheduler.Lost, s.engine.Reason
	case own == nil || !own.started:
		now.State, now.Cause, now.Reason = scheduler.Failed, scheduler.CauseStart, because("DAGMan could not begin the workflow", s.engine.Reason)
	default:
		now.Cause, now.Reason = scheduler.CauseUpstream, "the workflow ended before its turn came"
		if name := s.aborter(s.flow.plan.Root); name != "" {
			now.Reason = fmt.Sprintf("node %q has ended the workflow before its turn came", name)
		}
	}
	return now
}

// leftBehind is a task whose job was with the schedd when DAGMan ended, and is not now, without a word of its end.
func (s *survey) leftBehind() scheduler.Status {
	if s.engine.State == scheduler.Cancelled {
		return scheduler.Status{State: scheduler.Cancelled, Reason: "removed with its workflow: " + s.engine.Reason, Cause: s.engine.Cause, Native: s.engine.Native, Time: s.engine.Time}
	}
	return scheduler.Status{State: scheduler.Lost, Reason: "its workflow has ended, and nothing tells how it has"}
}

// aborter is the node that has ended the workflow early; "": none.
func (s *survey) aborter(g *dag.Group) string {
	for _, m := range g.Members {
		if m.Group != nil {
			if name := s.aborter(m.Group); name != "" {
				return name
			}
			continue
		}
		r := s.flow.nodes[m.Leaf.Graph][m.Name]
		if a := m.Node.AbortOn; a != nil && r != nil && r.result != nil && *r.result == a.Exit {
			return m.Name
		}
	}
	return ""
}
