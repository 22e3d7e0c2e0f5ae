package hosttest

import (
	"context"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Run lets tasks run; all that have not ended, where none is named. Like every cue it waits until the job has come to the pool, and fails the test where that does
// not happen or where the tasks named have ended.
func (p *Pool) Run(id string, tasks ...int) {
	p.t.Helper()
	p.Tell(id, scheduler.Status{State: scheduler.Running, Node: "node-1"}, tasks...)
}

// Hold holds tasks, for a reason in words.
func (p *Pool) Hold(id, reason string, tasks ...int) {
	p.t.Helper()
	p.Tell(id, scheduler.Status{State: scheduler.Held, Reason: reason}, tasks...)
}

// Queue puts tasks back among those that wait for their turn: what was held is released, what ran is run anew.
func (p *Pool) Queue(id string, tasks ...int) {
	p.t.Helper()
	p.Tell(id, scheduler.Status{State: scheduler.Queued}, tasks...)
}

// Succeed ends tasks with exit code 0.
func (p *Pool) Succeed(id string, tasks ...int) {
	p.t.Helper()
	p.Tell(id, ended(0), tasks...)
}

// Fail ends tasks with an exit code. For an end by a signal, or without either, see [Pool.Tell].
func (p *Pool) Fail(id string, exit int, tasks ...int) {
	p.t.Helper()
	p.Tell(id, ended(exit), tasks...)
}

// ended is the status of a task that has ended by itself.
func ended(exit int) scheduler.Status {
	s := scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{Code: exit}, Node: "node-1"}
	if exit != 0 {
		s.State, s.Reason = scheduler.Failed, fmt.Sprintf("exit code %d", exit)
	}
	return s
}

// Lose lets the pool forget tasks: nobody knows how they ended.
func (p *Pool) Lose(id string, tasks ...int) {
	p.t.Helper()
	p.Tell(id, scheduler.Status{State: scheduler.Lost, Reason: "the pool does not know it any more"}, tasks...)
}

// Tell brings tasks into any state, with all that a pool may say about it; the pool itself says whose state it is. The other cues are short for it.
func (p *Pool) Tell(id string, s scheduler.Status, tasks ...int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entry(id, tasks...)
	for _, i := range tasks {
		if was := e.tasks[i].status.State; was.Terminal() {
			p.t.Fatalf("task %d of job %s cannot become %s: it has ended as %s", i, id, s.State, was)
		}
	}
	living := e.living(tasks)
	if len(living) == 0 {
		p.t.Fatalf("job %s cannot become %s: it has ended", id, s.State)
	}
	p.move(e, living, s)
}

// Write adds to what a task has written, to [scheduler.Stdout] or [scheduler.Stderr].
func (p *Pool) Write(id string, task int, to scheduler.LogStream, text string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	logs := p.entry(id, task).tasks[task].logs
	logs[to] = append(logs[to], text...)
	p.changed.Broadcast()
}

// Leave lets a task leave a file. As at any pool only what the job names among its outputs is ever brought back.
func (p *Pool) Leave(id string, task int, path, content string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entry(id, task).tasks[task].files[path] = []byte(content)
}

// RefuseNext answers the next submissions with these errors, one each: faults that mean what a driver's would. fault.Denied or fault.Invalid end the job as failed,
// fault.Unavailable leaves it pending, and it is tried again.
func (p *Pool) RefuseNext(faults ...error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusals = append(p.refusals, faults...)
}

// Unreachable takes the pool out of everybody's reach, or puts it back. Its jobs go on meanwhile: cues can still be given, and are heard of later.
func (p *Pool) Unreachable(gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unreachable = gone
	p.changed.Broadcast()
}

// Delay makes each answer and all news of the pool come so much later, from now on.
func (p *Pool) Delay(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = by
}

// entry is the job of that ID, once it has come, if it has these tasks; p.mu is held.
func (p *Pool) entry(id string, tasks ...int) *entry {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if !p.await(ctx, func() bool { return p.jobs[id] != nil }) {
		p.t.Fatalf("job %q has not come to the pool", id)
	}
	e := p.jobs[id]
	for _, i := range tasks {
		if i < 0 || i >= len(e.tasks) {
			p.t.Fatalf("job %s has tasks 0 to %d, not %d", id, len(e.tasks)-1, i)
		}
	}
	return e
}
