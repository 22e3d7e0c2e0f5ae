package main

import (
	"context"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is the program of a task: one that this keeper started, or one that an earlier keeper did and this one found again.
type process struct {
	pid int
	// birth tells this process from another that has the same number later.
	birth string
	// born is when it was started.
	born time.Time
	// own is the child, if it is one; only a child's end can be told.
	own *os.Process
	// mark are the environment variables by which what left the process group is known.
	mark []string

	// stopped tells whether it is suspended.
	stopped bool

	state *os.ProcessState
}

// Why a task was ended before it ended by itself.
type ending int

const (
	byItself ending = iota
	byRequest
	byLimit
)

// find looks for the session leader among the processes that have the mark: the task's program, of which only the mark is known.
func (p *process) find() bool {
	for _, pid := range marked(p.mark) {
		if session, err := unix.Getsid(pid); err == nil && session == pid {
			p.pid, p.born = pid, time.Now()
			p.birth, _ = birthOf(pid)
			return true
		}
	}
	return false
}

// watch waits for the end of the process and all that belongs to it. When ctx is done, or the process has run for longer than limit (0: none), it ends them: with
// SIGTERM and, after the grace, with SIGKILL. Meanwhile it is stopped and goes on as suspended says, which told is told. What the program leaves running when it ends is killed: its process group in any case.
func (p *process) watch(ctx context.Context, limit, grace time.Duration, suspended <-chan bool, told func(suspended bool)) ending {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.await()
	}()
	var over <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(time.Until(p.born.Add(limit)))
		defer timer.Stop()
		over = timer.C
	}
	why := byItself
	for running := true; running; {
		select {
		case wanted := <-suspended:
			if wanted != p.stopped {
				p.suspend(wanted)
				told(wanted)
			}
			continue
		case <-ended:
		case <-ctx.Done():
			why = byRequest
		case <-over:
			why = byLimit
		}
		running = false
	}
	select {
	case <-ended:
		why = byItself
	default:
	}
	if why != byItself {
		p.signalAll(syscall.SIGTERM, make(map[int]bool))
		if p.stopped {
			// What is stopped does not hear of anything but SIGKILL.
			p.suspend(false)
		}
		patience := time.NewTimer(grace)
		defer patience.Stop()
		select {
		case <-ended:
		case <-patience.C:
		}
		p.killAll()
		<-ended
	}
	p.signalGroup(syscall.SIGKILL)
	if p.own != nil && p.state == nil {
		p.state, _ = p.own.Wait()
	}
	return why
}

// await returns when the process has ended. A child is left as a zombie where the system can do that, so that nobody else gets its number before its group
// has been killed.
func (p *process) await() {
	if p.own != nil {
		if !awaitZombie(p.pid) {
			p.state, _ = p.own.Wait()
		}
		return
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for alive(p.pid, p.birth) {
		<-tick.C
	}
}

// signalGroup signals the process group, unless its number has gone to somebody else: a group's number is not given away while the group has
// members.
func (p *process) signalGroup(sig syscall.Signal) {
	if p.own == nil {
		if birth, there := birthOf(p.pid); there && birth != p.birth {
			return
		}
	}
	syscall.Kill(-p.pid, sig)
}

// signalAll signals the group, and what has left it but for the processes of which seen tells that they were signalled already. It adds to seen, and
// tells whether it found any.
func (p *process) signalAll(sig syscall.Signal, seen map[int]bool) (found bool) {
	p.signalGroup(sig)
	for _, pid := range marked(p.mark) {
		if group, err := syscall.Getpgid(pid); seen[pid] || err != nil || group == p.pid {
			continue
		}
		seen[pid] = true
		found = signalMarked(pid, p.mark, sig) || found
	}
	return found
}

// suspend stops the process with all that belongs to it, or lets it go on.
func (p *process) suspend(stop bool) {
	p.stopped = stop
	seen := make(map[int]bool)
	if !stop {
		p.signalAll(syscall.SIGCONT, seen)
		return
	}
	// A process may have made another before it was stopped.
	for p.signalAll(syscall.SIGSTOP, seen) {
	}
}

// killAll kills until nothing new is found: a process may have made another before it was killed.
func (p *process) killAll() {
	seen := make(map[int]bool)
	for p.signalAll(syscall.SIGKILL, seen) {
	}
}
