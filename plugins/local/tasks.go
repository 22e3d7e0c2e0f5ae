package main

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// task is one that was chosen and has not ended.
type task struct {
	job   *job
	index int
	// ctx is done once the task shall end, which stop asks for.
	ctx  context.Context
	stop context.CancelFunc
	// suspended holds what was last asked for: that it be stopped for now, or go on.
	suspended chan bool
}

// suspend asks for it. The keeper's loop alone does.
func (t *task) suspend(suspended bool) {
	select {
	case <-t.suspended:
	default:
	}
	t.suspended <- suspended
}

// news is what a task's goroutine tells the keeper: that it runs, or that it has ended.
type news struct {
	task   *task
	record record
}

// choose gives the free slots to tasks that wait: strictly in the order of the jobs, so that one that asks for many slots gets its turn, and of
// the tasks in a job; held ones let others pass. A task that asks for more slots than there are by now runs alone.
func (k *keeper) choose(ctx context.Context) {
	if k.draining {
		return
	}
	for _, j := range k.jobs {
		need := min(j.Slots, k.settings.Slots)
		for ; j.next < j.Job.Tasks() && !j.held; j.next++ {
			if k.used+need > k.settings.Slots {
				return
			}
			// Who has left the note relies on it, also before it is taken in.
			if wanted, err := exists(k.folder.control(j.token + holdSuffix)); wanted && err == nil {
				k.hold(j, true)
				break
			}
			t := k.take(ctx, j, j.next)
			k.set(j, record{Task: t.index, Count: 1, State: starting, Time: time.Now().UTC()})
			k.chosen = append(k.chosen, t)
		}
	}
}

// take gives the task its slots.
func (k *keeper) take(ctx context.Context, j *job, index int) *task {
	t := &task{job: j, index: index, suspended: make(chan bool, 1)}
	t.ctx, t.stop = context.WithCancel(ctx)
	j.live[index] = t
	k.used += j.Slots
	return t
}

// launch starts what was chosen.
func (k *keeper) launch() {
	grace := k.settings.grace()
	for _, t := range k.chosen {
		k.tasks.Go(func() { k.run(t, grace) })
	}
	k.chosen = nil
}

// note takes in what a task has to tell.
func (k *keeper) note(n news) {
	j := n.task.job
	k.set(j, n.record)
	if n.record.State.Terminal() {
		n.task.stop()
		delete(j.live, n.task.index)
		k.used -= j.Slots
	}
}

// recover goes on with a task that an earlier keeper was about to start or had running.
func (k *keeper) recover(ctx context.Context, j *job, r record) {
	t := k.take(ctx, j, r.Task)
	p := &process{pid: r.PID, birth: r.Birth, born: r.Time, mark: j.ownVariables(r.Task), stopped: r.State == scheduler.Suspended}
	if r.State == starting {
		if !p.find() {
			k.note(news{t, k.record(t, scheduler.Lost, "the keeper of the jobs was killed when it was about to start the task: nothing tells whether it ran")})
			return
		}
		r = k.runningRecord(t, p)
		k.set(j, r)
	} else {
		k.untold = append(k.untold, r.event(j.token))
	}
	if p.stopped && j.suspended.IsZero() {
		// If there is no note any more they go on.
		j.suspended = r.Time
	}
	grace := k.settings.grace()
	k.tasks.Go(func() { k.attend(t, p, grace) })
}
