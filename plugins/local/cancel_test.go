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

func TestCancelEndsAllProcesses(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	for name, script := range map[string]string{
		"that listen":                 `sleep 1000 & (sleep 1000 & sleep 1000) & sleep 1000`,
		"that ignore SIGTERM":         `trap "" TERM; sleep 1000 & sleep 1000 & sleep 1000 & while :; do sleep 1000; done`,
		"that left the group":         `setsid sleep 1000 & setsid sh -c 'sleep 1000 & wait' & sleep 1000`,
		"that left and do not listen": `trap "" TERM; setsid sh -c 'trap "" TERM; sleep 1000 & while :; do sleep 1000; done' & sleep 1000`,
		"behind one that has ended":   `trap "exit 0" TERM; (trap "" TERM; sleep 1000 & sleep 1000 & sleep 1000) & while :; do sleep 0.01; done`,
	} {
		t.Run(name, func(t *testing.T) {
			p := &pool{p.driver, t}
			job := shell(script)
			ref := p.submit(job)
			mark := []string{scheduler.EnvToken + "=" + job.Token}
			eventually(t, "all processes", func() bool { return len(marked(mark)) >= 4 })
			for range 3 {
				if err := p.Cancel(t.Context(), []scheduler.Ref{ref, ref}); err != nil {
					t.Fatal(err)
				}
			}
			if s := p.wait(ref)[0]; s.State != scheduler.Cancelled || s.Reason == "" {
				t.Errorf("told as %+v", s)
			}
			// One that was killed may take a moment to go.
			eventually(t, "the processes to end", func() bool { return len(marked(mark)) == 0 })
		})
	}
}

func TestCancelArrayOfAThousand(t *testing.T) {
	t.Parallel()
	p := newPool(t, 8)
	ref := p.submit(array(shell("sleep 1000"), 1000))
	eventually(t, "eight to run", func() bool { return p.count(ref)[scheduler.Running] == 8 })
	begin := time.Now()
	if err := p.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	t.Logf("asked for in %v", time.Since(begin))
	for i, s := range p.wait(ref) {
		if s.State != scheduler.Cancelled || s.Reason == "" || (i > 8) != (s.Exit == nil) && i != 8 {
			t.Fatalf("task %d: %+v", i, s)
		}
	}
	t.Logf("ended after %v", time.Since(begin))
	if got := p.count(ref); got[scheduler.Cancelled] != 1000 {
		t.Errorf("Query says %v", got)
	}
}

func TestCancelOfWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	ended := shell("exit 0")
	p.run(ended)
	unknown := scheduler.Ref{ID: "no-such-job", Token: "no-such-job", Tasks: 1}
	wrong := scheduler.Ref{ID: "../../etc", Token: "x", Tasks: 1}
	if err := p.Cancel(t.Context(), []scheduler.Ref{refOf(ended), unknown, wrong}); err != nil {
		t.Fatal(err)
	}
	if got := p.count(refOf(ended)); got[scheduler.Succeeded] != 1 {
		t.Errorf("what had succeeded is %v", got)
	}
	for _, ref := range []scheduler.Ref{unknown, wrong} {
		if got := p.query(ref); len(got) != 1 || got[0].State != scheduler.Lost || got[0].ID != ref.ID || got[0].Reason == "" {
			t.Errorf("what nobody knows is %+v", got)
		}
	}
	// What waits behind another job is cancelled at once.
	first, second := p.submit(shell("sleep 1000")), p.submit(array(shell("exit 0"), 5))
	if err := p.Cancel(t.Context(), []scheduler.Ref{second}); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.wait(second) {
		if s.State != scheduler.Cancelled || s.Exit != nil {
			t.Errorf("task %d: %+v", i, s)
		}
	}
	if err := p.Cancel(t.Context(), []scheduler.Ref{first}); err != nil {
		t.Fatal(err)
	}
	p.wait(first)
}

func TestWhatATaskLeavesRunningIsKilled(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	file := filepath.Join(t.TempDir(), "pid")
	if s := p.run(shell(`sleep 1000 & echo $! > "$1"`, file)); s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "what was left to end", func() bool {
		_, there := birthOf(pid)
		return !there
	})
}
