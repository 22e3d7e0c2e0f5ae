package hosttest

import (
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Task is one task of a job that a pool plays.
type Task struct {
	// Job is the whole job as it was submitted, Index the task's place in it, from 0.
	Job   scheduler.Job
	Index int
	// Args are the arguments of this task.
	Args []string
	// Inputs are the contents of the job's inputs by name.
	Inputs map[string][]byte
}

// Result is what becomes of a task. The zero value is success without a word.
type Result struct {
	// Exit is the exit code.
	Exit int
	// Stdout and Stderr are what the task wrote.
	Stdout, Stderr string
	// Outputs are the files that it left, by path.
	Outputs map[string]string
}

// Play lets the jobs that come from now on run and end by themselves: model stands for the program, and is called for one task of a job after the other. nil
// leaves jobs to the cues again.
func (p *Pool) Play(model func(Task) Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.model = model
}

// perform runs what has just come.
func (p *Pool) perform(e *entry, model func(Task) Result) {
	if e.flow != nil {
		p.performAll(e, *e.flow, 0, model)
		return
	}
	for i := range e.tasks {
		if p.step(e, i, scheduler.Status{State: scheduler.Running, Node: "node-1"}) {
			r := model(p.played(e.job, i))
			p.keep(e.tasks[i], r)
			p.step(e, i, ended(r.Exit))
		}
	}
}

// played is what a model is given of a task.
func (p *Pool) played(job scheduler.Job, index int) Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Task{Job: job, Index: index, Args: slices.Clone(job.TaskArgs(index)), Inputs: p.inputs[job.Token]}
}

// step moves a task on, unless it has been cancelled.
func (p *Pool) step(e *entry, task int, to scheduler.Status) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	alive := !e.tasks[task].status.State.Terminal()
	if alive {
		p.move(e, []int{task}, to)
	}
	return alive
}

func (p *Pool) keep(t *task, r Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.logs[scheduler.Stdout], t.logs[scheduler.Stderr] = []byte(r.Stdout), []byte(r.Stderr)
	for path, content := range r.Outputs {
		t.files[path] = []byte(content)
	}
}
