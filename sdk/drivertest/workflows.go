package drivertest

import (
	"context"
	"errors"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func workflowChecks() []check {
	return group("workflows", serviceWorkflows, "scheduler.WorkflowRunner; scheduler.proto, service Workflows",
		of("in-order", "No task of a node begins before all tasks of the nodes that it comes after have succeeded, and the whole workflow succeeds.", "scheduler.Node, After",
			"Let the pool's engine wait for every task of every node in after.", workflowInOrder),
		of("numbers-tasks", "The tasks of a workflow are those of all its nodes, one node after the other; a task's own variables count within its node.", "scheduler.Workflow",
			"Count tasks through the nodes in the order of the request; OCEANID_TASK_INDEX is the place in the node's own array.", workflowNumbersTasks),
		of("failed-node-cancels", "When a node does not succeed, the tasks of the nodes after it are CANCELLED, with a reason that names it, also over several steps.", "scheduler.Node, After; scheduler.proto, message Node",
			"Tell CANCELLED and name the node that did not succeed in the reason.", workflowFailedNode),
		of("same-token-twice", "The same token a second time gives the same identifier and makes no second workflow.", "",
			"Tag the workflow with its token, and look the token up before you submit.", workflowSameToken),
		of("cancel", "Cancel ends all nodes, those that run and those that wait.", "scheduler.Driver.Cancel", "Cancel the engine's job and the jobs of all nodes.", workflowCancel),
		of("refuses-a-cycle", "A workflow whose nodes wait for each other, or for one that there is not, or that has none, is refused as INVALID.", "scheduler.Workflow.Check", "Check the graph before it goes to the pool; Go's SDK does.", workflowRefuses),
	)
}

// node is one of a workflow.
func node(name string, job *schedulerv1.Job, after ...string) *schedulerv1.Node {
	return &schedulerv1.Node{Name: name, Job: job, After: after}
}

// workflow gives the nodes' jobs their tokens.
func (t *trial) workflow(nodes ...*schedulerv1.Node) (*schedulerv1.Workflow, *schedulerv1.JobRef) {
	w := &schedulerv1.Workflow{Token: t.suite.token(), Name: "conformance", Nodes: nodes}
	ref := &schedulerv1.JobRef{Token: w.GetToken()}
	for i, n := range nodes {
		n.Job.Token = w.GetToken() + "-" + number(int64(i))
		ref.Count += refTo(n.GetJob()).GetCount()
	}
	return w, ref
}

// submitGraph hands a workflow over, with its end taken care of.
func (t *trial) submitGraph(ctx context.Context, s *subject, w *schedulerv1.Workflow, ref *schedulerv1.JobRef) error {
	t.keep(ref)
	id, err := s.submitWorkflow(ctx, w)
	if err != nil {
		return saw("SubmitWorkflow: %w", &callError{err})
	}
	if id == "" || len(id) > 512 {
		return saw("the identifier has %d bytes", len(id))
	}
	ref.Id = id
	return nil
}

func workflowInOrder(ctx context.Context, t *trial) error {
	// Every node but the first looks whether those before it have left their marks, where marks are seen.
	mark := func(name string) string { return t.mark("order-" + t.suite.token() + name) }
	a, b, c := mark("a"), mark("b"), mark("c")
	w, ref := t.workflow(
		node("a", t.shell(`sleep 1; [ -z "$1" ] || echo x > "$1"`, a)),
		node("b", array(t.shell(`[ -z "$1" ] || { [ -e "$1" ] && sleep 1 && echo x >> "$2"; }`, a, b), 2), "a"),
		node("c", t.shell(`[ -z "$1" ] || { [ -e "$1" ] && echo x > "$2"; }`, a, c), "a"),
		node("d", t.shell(`[ -z "$1" ] || { [ "$(cat "$1")" = "$(printf 'x\nx')" ] && [ -e "$2" ]; }`, b, c), "b", "c"),
	)
	if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
		return err
	}
	var problem error
	now, err := t.until(ctx, ref, "at an end", func(now tasks) bool {
		begun := func(i int) bool { return now[i] != nil && rank(now[i].GetState()) > 0 }
		done := func(i int) bool { return now[i].GetState() == schedulerv1.State_STATE_SUCCEEDED }
		for task, after := range map[int][]int{1: {0}, 2: {0}, 3: {0}, 4: {1, 2, 3}} {
			for _, i := range after {
				if begun(task) && !done(i) && problem == nil {
					problem = saw("task %d has begun, and task %d, which it comes after, has not succeeded: %s", task, i, now.show())
				}
			}
		}
		return problem != nil || now.ended()
	})
	if err != nil || problem != nil {
		return errors.Join(err, problem)
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the workflow came to %s; a node fails where one that it comes after has not left its mark", now.show())
	}
	return nil
}

func workflowNumbersTasks(ctx context.Context, t *trial) error {
	w, ref := t.workflow(
		node("one", t.shell(`[ "$OCEANID_TASK_INDEX/$OCEANID_TASK_COUNT" = 0/1 ] || exit 99; exit 10`)),
		node("three", array(t.shell(`[ "$OCEANID_TASK_COUNT" = 3 ] || exit 99; exit $((20 + OCEANID_TASK_INDEX))`), 3)),
		node("last", t.shell(`exit 30`)),
	)
	if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
		return err
	}
	now, err := t.ended(ctx, ref)
	if err != nil {
		return err
	}
	for i, want := range []int32{10, 20, 21, 22, 30} {
		if now[i].GetExit().GetCode() != want {
			return saw("task %d should have ended with exit code %d: %s", i, want, now.show())
		}
	}
	return nil
}

func workflowFailedNode(ctx context.Context, t *trial) error {
	w, ref := t.workflow(
		node("good", t.shell("exit 0")),
		node("broken", t.shell("exit 3")),
		node("next", array(t.shell("exit 0"), 2), "good", "broken"),
		node("last", t.shell("exit 0"), "next"),
	)
	if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
		return err
	}
	now, err := t.ended(ctx, ref)
	if err != nil {
		return err
	}
	if now[0].GetState() != schedulerv1.State_STATE_SUCCEEDED || now[1].GetState() != schedulerv1.State_STATE_FAILED {
		return saw("the first node succeeds and the second fails: %s", now.show())
	}
	for i, name := range map[int]string{2: "broken", 3: "broken", 4: "next"} {
		if now[i].GetState() != schedulerv1.State_STATE_CANCELLED || !strings.Contains(now[i].GetReason(), name) {
			return saw("task %d comes after node %q, which has not succeeded, and is told as %s", i, name, show(now[i]))
		}
	}
	return nil
}

func workflowSameToken(ctx context.Context, t *trial) error {
	w, ref := t.workflow(node("only", t.shell("exit 0")))
	job := w.GetNodes()[0].GetJob()
	marking := t.marking("exit 0")
	job.Args = marking.GetArgs()
	if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
		return err
	}
	one := ref.GetId()
	for range 2 {
		if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
			return err
		}
		if ref.GetId() != one {
			return saw("SubmitWorkflow gave identifier %q, and before %q", ref.GetId(), one)
		}
		if _, err := t.ended(ctx, ref); err != nil {
			return err
		}
	}
	if times, known := t.ran(marking.GetToken()); known && times != 1 {
		return saw("the only node ran %d times and should have run once", times)
	}
	return nil
}

func workflowCancel(ctx context.Context, t *trial) error {
	w, ref := t.workflow(node("first", t.long()), node("second", array(t.long(), 2), "first"))
	if err := t.submitGraph(ctx, t.subject, w, ref); err != nil {
		return err
	}
	if _, err := t.until(ctx, ref, "running in its first node", func(now tasks) bool { return now[0].GetState() == schedulerv1.State_STATE_RUNNING }); err != nil {
		return err
	}
	_, err := t.cancelled(ctx, ref)
	return err
}

func workflowRefuses(ctx context.Context, t *trial) error {
	for what, nodes := range map[string][]*schedulerv1.Node{
		"two nodes that wait for each other":       {node("a", t.shell("exit 0"), "b"), node("b", t.shell("exit 0"), "a")},
		"a node that waits for itself":             {node("a", t.shell("exit 0"), "a")},
		"a node that waits for one that is not":    {node("a", t.shell("exit 0"), "b")},
		"two nodes of one name":                    {node("a", t.shell("exit 0")), node("a", t.shell("exit 0"))},
		"a node with a name that is a path":        {node("../a", t.shell("exit 0"))},
		"no nodes":                                 nil,
		"a node whose job is one that none can be": {node("a", t.shell("exit 0", "a\x00b"))},
	} {
		w, ref := t.workflow(nodes...)
		if err := t.submitGraph(ctx, t.subject, w, ref); kindOf(err) != fault.Invalid {
			return saw("%s: SubmitWorkflow should have given %s: %v", what, fault.Invalid, err)
		}
	}
	return nil
}
