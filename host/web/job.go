package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// How much of an array a page shows: each task of one that is small, and of any the first tasks that need attention among the first so many.
const (
	mostCells    = 240
	mostTroubles = 20
	mostLookedAt = 5000
)

// job is the page of one job, with the output of one of its tasks.
func (s *site) job(ctx context.Context, r *http.Request) (content, error) {
	j, err := s.source.job(ctx, r.PathValue("id"))
	if err != nil {
		return content{}, err
	}
	data := struct {
		*host.Job
		Cells    []host.Task
		Troubles []host.Task
		Wanting  int // how many tasks need attention, shown or not
		Task     host.Task
		Out, Err tail
		Exhibits []Exhibit
	}{Job: j}
	for state, n := range j.Counts {
		if needsAttention(state) {
			data.Wanting += n
		}
	}
	if j.Tasks > 1 {
		if data.Cells, data.Troubles, err = s.lookAtTasks(ctx, j, data.Wanting > 0); err != nil {
			return content{}, err
		}
	}
	if data.Task, err = s.chosen(ctx, r, j, data.Troubles); err != nil {
		return content{}, err
	}
	data.Out, data.Err = s.taskTails(ctx, j, data.Task)
	if s.options.Exhibits != nil {
		data.Exhibits = s.options.Exhibits(j)
	}
	return s.render(j.Name, "job", data)
}

// lookAtTasks reads the tasks that the page shows.
func (s *site) lookAtTasks(ctx context.Context, j *host.Job, attention bool) (cells, troubles []host.Task, err error) {
	small := j.Tasks <= mostCells
	const page = 1000
	for first := 0; (small || attention) && first < min(j.Tasks, mostLookedAt) && len(troubles) < mostTroubles; first += page {
		tasks, err := s.source.tasks(ctx, j, first, min(page, j.Tasks-first))
		if err != nil {
			return nil, nil, err
		}
		for _, t := range tasks {
			if needsAttention(t.State) && len(troubles) < mostTroubles {
				troubles = append(troubles, t)
			}
		}
		if small {
			cells = tasks
		}
	}
	return cells, troubles, nil
}

// chosen is the task that the address names, else the first that needs attention, else the first.
func (s *site) chosen(ctx context.Context, r *http.Request, j *host.Job, troubles []host.Task) (host.Task, error) {
	index := 0
	if len(troubles) > 0 {
		index = troubles[0].Index
	}
	if text := r.URL.Query().Get("task"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= j.Tasks {
			return host.Task{}, fault.NotFound.New("job %s has tasks 0 to %d, not %q", j.ID, j.Tasks-1, text)
		}
		index = n
	}
	tasks, err := s.source.tasks(ctx, j, index, 1)
	if err != nil || len(tasks) == 0 {
		return host.Task{Index: index, State: j.State}, err
	}
	return tasks[0], nil
}

func needsAttention(s scheduler.State) bool {
	return s == scheduler.Failed || s == scheduler.Lost || s == scheduler.Held || s == scheduler.Suspended
}
