package main

import (
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
	"golang.org/x/sys/unix"
)

// run is the life of a task, from its working directory to its end, in a goroutine of its own.
func (k *keeper) run(t *task, grace time.Duration) {
	p, err := k.begin(t)
	switch {
	case t.ctx.Err() != nil && p == nil:
		r := k.record(t, scheduler.Cancelled, "cancelled before it began")
		r.Cause = scheduler.CauseUser
		k.news <- news{t, r}
	case err != nil:
		r := k.record(t, scheduler.Failed, err.Error())
		r.Cause = scheduler.CauseStart
		k.news <- news{t, r}
	default:
		k.news <- news{t, k.runningRecord(t, p)}
		k.attend(t, p, grace)
	}
}

// begin makes the working directory and starts the program in it.
func (k *keeper) begin(t *task) (*process, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	d, err := makeDesk(t.ctx, k.folder, t.job.kept, t.index)
	defer d.close()
	if err != nil {
		return nil, fmt.Errorf("the working directory could not be made: %w", err)
	}
	return start(t.ctx, t.job.kept, t.index, d.work, d.files)
}

// attend waits for the end of a task that runs.
func (k *keeper) attend(t *task, p *process, grace time.Duration) {
	limit := t.job.Job.Resources.RunTime
	why := p.watch(t.ctx, limit, grace, t.suspended, func(suspended bool) {
		r := k.runningRecord(t, p)
		r.Time = time.Now().UTC()
		if suspended {
			r.State, r.Reason = scheduler.Suspended, "suspended on request, until it is resumed"
		}
		k.news <- news{t, r}
	})
	removeInputs(filepath.Join(k.folder.task(t.job.token, t.index), workName), t.job.kept)
	r := k.record(t, scheduler.Lost, "the task ended while nothing watched over it, for the keeper of the jobs had been killed or the machine restarted: nothing tells how")
	if p.state != nil {
		r.State, r.Reason, r.Exit = verdict(p.state.Sys().(syscall.WaitStatus))
	}
	switch why {
	case byRequest:
		r.State, r.Reason, r.Cause = scheduler.Cancelled, "cancelled", scheduler.CauseUser
	case byLimit:
		r.State, r.Reason, r.Cause = scheduler.Failed, fmt.Sprintf("ended because it ran longer than its limit of %v", limit), scheduler.CauseRunTime
	}
	k.news <- news{t, r}
}

// verdict tells what became of a program that ended by itself.
func verdict(status syscall.WaitStatus) (scheduler.State, string, *scheduler.Exit) {
	if status.Signaled() {
		sig := status.Signal()
		reason := fmt.Sprintf("ended by signal %d (%s)", int(sig), unix.SignalName(sig))
		if status.CoreDump() {
			reason += ", which left a core dump"
		}
		return scheduler.Failed, reason, &scheduler.Exit{Signal: int(sig)}
	}
	exit := &scheduler.Exit{Code: status.ExitStatus()}
	if exit.Code == 0 {
		return scheduler.Succeeded, "", exit
	}
	return scheduler.Failed, fmt.Sprintf("exit code %d", exit.Code), exit
}

// record is what is to be said about the task now.
func (k *keeper) record(t *task, state scheduler.State, reason string) record {
	return record{Task: t.index, Count: 1, State: state, Time: time.Now().UTC(), Reason: reason, Node: k.node}
}

func (k *keeper) runningRecord(t *task, p *process) record {
	r := k.record(t, scheduler.Running, "")
	r.Time, r.PID, r.Birth = p.born.UTC(), p.pid, p.birth
	return r
}
