package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func (p *pool) suspend(refs ...scheduler.Ref) {
	p.t.Helper()
	if err := p.Suspend(p.t.Context(), refs); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pool) resume(refs ...scheduler.Ref) {
	p.t.Helper()
	if err := p.Resume(p.t.Context(), refs); err != nil {
		p.t.Fatal(err)
	}
}

// stoppedOf tells how many of the processes with the job's token are stopped, and how many there are (proc_pid_stat(5)). One that waits within vfork(2) for a
// stopped child is: it shows as D, for nothing but the child's next program or its end lets it go on.
func stoppedOf(token string) (stopped, all int) {
	waiting, children := make(map[string]bool), make(map[string]bool)
	for _, pid := range marked([]string{scheduler.EnvToken + "=" + token}) {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil {
			continue
		}
		all++
		_, rest, _ := strings.Cut(string(stat), ") ")
		switch fields := strings.Fields(rest); fields[0] {
		case "T":
			stopped++
			children[fields[1]] = true
		case "D":
			waiting[strconv.Itoa(pid)] = true
		}
	}
	for pid := range waiting {
		if children[pid] {
			stopped++
		}
	}
	return stopped, all
}

func TestSuspendStopsWhatRuns(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	gate := filepath.Join(t.TempDir(), "gate")
	// One process in the task's group, one in a session of its own.
	ref := p.submit(array(shell(`setsid sh -c 'until [ -e "$1" ]; do sleep 0.01; done' sh "$1" & until [ -e "$1" ]; do sleep 0.01; done`, gate), 3))
	p.waitFor(ref, scheduler.Running, 2)
	eventually(t, "all processes to be there", func() bool { _, all := stoppedOf(ref.Token); return all >= 4 })
	p.suspend(ref, ref, scheduler.Ref{Token: newToken(), Tasks: 1})
	p.waitFor(ref, scheduler.Suspended, 2)
	eventually(t, "all processes to be stopped", func() bool { stopped, all := stoppedOf(ref.Token); return stopped == all && all >= 4 })
	// The keeper's successor knows of it.
	p.killKeeper()
	p.waitFor(ref, scheduler.Suspended, 2)
	p.resume(ref)
	p.waitFor(ref, scheduler.Running, 2)
	p.resume(ref)
	eventually(t, "no process to be stopped", func() bool { stopped, _ := stoppedOf(ref.Token); return stopped == 0 })
	open(t, gate)
	for i, s := range p.wait(ref) {
		// What an earlier keeper had started has an end that nobody knows.
		if s.State != scheduler.Succeeded && s.State != scheduler.Lost {
			t.Errorf("task %d: %+v", i, s)
		}
	}
	p.suspend(ref)
}

// What is suspended is cancelled, and ended at its limit, as anything that runs: by SIGTERM first.
func TestSuspendedTasksEnd(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	script := `trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.01; done`
	cancelled, over := p.submit(shell(script)), shell(script)
	over.Resources.RunTime = 2 * time.Second
	limited := p.submit(over)
	for _, ref := range []scheduler.Ref{cancelled, limited} {
		eventually(t, "the trap to stand", func() bool { return p.output(ref, 0) == "ready\n" })
	}
	p.suspend(cancelled, limited)
	p.waitFor(cancelled, scheduler.Suspended, 1)
	if err := p.Cancel(t.Context(), []scheduler.Ref{cancelled}); err != nil {
		t.Fatal(err)
	}
	if s := p.wait(cancelled)[0]; s.State != scheduler.Cancelled || s.Cause != scheduler.CauseUser || p.output(cancelled, 0) != "ready\nasked\n" {
		t.Errorf("%+v, %q", s, p.output(cancelled, 0))
	}
	if s := p.wait(limited)[0]; s.State != scheduler.Failed || s.Cause != scheduler.CauseRunTime {
		t.Errorf("%+v", s)
	}
}
