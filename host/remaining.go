package host

import (
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// remainingTasks is the array of the tasks that have not succeeded. Each finds itself who it was.
func remainingTasks(a *scheduler.Array, succeeded func(task int) bool) *scheduler.Array {
	left := &scheduler.Array{}
	whole := scheduler.Job{Array: a}
	for task := range a.Count {
		if succeeded(task) {
			continue
		}
		left.Count++
		left.Indices = append(left.Indices, whole.TaskIndex(task))
		if len(a.Args) > 0 {
			left.Args = append(left.Args, a.Args[task])
		}
	}
	return left
}

// remainingNodes is the workflow of the nodes that have not succeeded wholly, in which nothing waits for those that have. first is the number of its first task
// among those that succeeded knows. Nodes that run last, or beside the others, have no success that could be kept.
func remainingNodes(w scheduler.Workflow, first int, succeeded func(task int) bool) scheduler.Workflow {
	var left []scheduler.Node
	over := map[string]bool{}
	for _, n := range w.Nodes {
		begin, tasks := first, n.Tasks()
		first += tasks
		if n.Kind == "" && every(begin, tasks, succeeded) {
			over[n.Name] = true
			continue
		}
		if n.Workflow != nil && !every(begin, tasks, succeeded) {
			inner := remainingNodes(*n.Workflow, begin, succeeded)
			n.Workflow = &inner
		}
		left = append(left, n)
	}
	for i := range left {
		left[i].After = slices.DeleteFunc(slices.Clone(left[i].After), func(name string) bool { return over[name] })
	}
	w.Nodes = left
	return w
}

func every(first, count int, is func(int) bool) bool {
	for i := range count {
		if !is(first + i) {
			return false
		}
	}
	return true
}
