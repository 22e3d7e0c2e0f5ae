package results

import (
	"cmp"
	"path"
	"slices"
	"strconv"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Layout says in which folder the results of each task of a job belong: runs of neighbouring tasks, in order.
type Layout []folder

// folder is that of the tasks of one job, or of one node of a workflow. Each of several tasks has a folder of its own in it.
type folder struct {
	first, tasks int
	path         string
}

// NewLayout is that of a job of so many tasks, or of a workflow: OUTPUT for one task, TASK/OUTPUT for several, below NODE/ for each node.
func NewLayout(w *scheduler.Workflow, tasks int) Layout {
	if w == nil {
		return Layout{{0, tasks, ""}}
	}
	var l Layout
	l.add(*w, 0, "")
	return l
}

// add lays out the nodes of a workflow whose tasks begin with first. Names of nodes are harmless as names of folders.
func (l *Layout) add(w scheduler.Workflow, first int, in string) {
	for _, n := range w.Nodes {
		name := path.Join(in, n.Name)
		if n.Workflow != nil {
			l.add(*n.Workflow, first, name)
		} else {
			*l = append(*l, folder{first, n.Tasks(), name})
		}
		first += n.Tasks()
	}
}

// where is the place of a result below the folder of the job; false: the job has no such task.
func (l Layout) where(f scheduler.File) (string, bool) {
	i, exact := slices.BinarySearchFunc(l, f.Task, func(f folder, task int) int { return cmp.Compare(f.first, task) })
	if !exact {
		i--
	}
	if i < 0 || f.Task >= l[i].first+max(l[i].tasks, 1) {
		return "", false
	}
	in := l[i]
	if in.tasks <= 1 {
		return path.Join(in.path, f.Path), true
	}
	return path.Join(in.path, strconv.Itoa(f.Task-in.first), f.Path), true
}
