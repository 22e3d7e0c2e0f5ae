package host

import (
	"cmp"
	"path"
	"slices"
	"strconv"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// layout says in which folder the results of each task of a job belong: runs of neighbouring tasks, in order.
type layout []folder

// folder is that of the tasks of one job, or of one node of a workflow. Each of several tasks has a folder of its own in it.
type folder struct {
	first, tasks int
	path         string
}

func newLayout(job store.Job) layout {
	if job.Workflow == nil {
		return layout{{0, job.Tasks, ""}}
	}
	var l layout
	l.add(*job.Workflow, 0, "")
	return l
}

// add lays out the nodes of a workflow whose tasks begin with first. Names of nodes are harmless as names of folders.
func (l *layout) add(w scheduler.Workflow, first int, in string) {
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

// where is the place of a result below the folder of the job.
func (l layout) where(f scheduler.File) string {
	i, exact := slices.BinarySearchFunc(l, f.Task, func(f folder, task int) int { return cmp.Compare(f.first, task) })
	if !exact {
		i--
	}
	in := l[max(i, 0)]
	if in.tasks == 1 {
		return path.Join(in.path, f.Path)
	}
	return path.Join(in.path, strconv.Itoa(f.Task-in.first), f.Path)
}
