package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// keeperOf is the process number of the folder's keeper; 0: there is none.
func keeperOf(f folder) int {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		content, _ := os.ReadFile(line)
		if strings.HasSuffix(string(content), "\x00"+keeperRun+"\x00"+f.path+"\x00") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(line)))
			return pid
		}
	}
	return 0
}

// killKeeper kills the folder's keeper and waits until it has gone.
func (p *pool) killKeeper() {
	p.t.Helper()
	pid := keeperOf(p.folder)
	if pid == 0 {
		p.t.Fatal("no keeper")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	eventually(p.t, "the keeper to be gone", func() bool { _, there := birthOf(pid); return !there })
}

// times is how often each line is in the file.
func times(t *testing.T, file string) map[string]int {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for line := range strings.Lines(string(content)) {
		count[strings.TrimSpace(line)]++
	}
	return count
}

func TestTasksOutliveTheirDriver(t *testing.T) {
	t.Parallel()
	p := newPool(t, 20)
	gate, began := filepath.Join(t.TempDir(), "gate"), filepath.Join(t.TempDir(), "began")
	token := newToken()
	said, kill := startDriver(t, p.folder.path, fmt.Sprintf("%s 25 echo $OCEANID_TASK_INDEX >> %s; until [ -e %s ]; do sleep 0.02; done; exit $OCEANID_TASK_INDEX\n", token, began, gate))
	if got := <-said; got != "submitted "+token {
		t.Fatalf("the driver said %q", got)
	}
	ref := scheduler.Ref{ID: scheduler.ID(token), Token: token, Tasks: 25}
	eventually(t, "20 to run", func() bool { return p.count(ref)[scheduler.Running] == 20 })
	kill()
	open(t, gate)
	// No driver is there: what waits gets its turn all the same.
	eventually(t, "the keeper to have done everything", func() bool {
		there, err := exists(p.folder.control(token))
		return err == nil && !there
	})
	again := openPool(t, p.folder.path, 20)
	for i, s := range again.wait(ref) {
		want := scheduler.Failed
		if i == 0 {
			want = scheduler.Succeeded
		}
		if s.State != want || s.Exit == nil || s.Exit.Code != i {
			t.Errorf("task %d: %+v", i, s)
		}
	}
	ran := times(t, began)
	for i := range 25 {
		if n := ran[strconv.Itoa(i)]; n != 1 {
			t.Errorf("task %d ran %d times", i, n)
		}
	}
}

// TestDriversKilledWhileTheySubmit kills drivers at any moment and submits everything again, until everything is submitted.
func TestDriversKilledWhileTheySubmit(t *testing.T) {
	t.Parallel()
	p := newPool(t, 20)
	ran := filepath.Join(t.TempDir(), "ran")
	var jobs strings.Builder
	var refs []scheduler.Ref
	for range 40 {
		token := newToken()
		fmt.Fprintf(&jobs, "%s 2 echo $OCEANID_JOB_TOKEN.$OCEANID_TASK_INDEX >> %s\n", token, ran)
		refs = append(refs, scheduler.Ref{ID: scheduler.ID(token), Token: token, Tasks: 2})
	}
	random := rand.New(rand.NewPCG(5, 6))
	kills, done := 0, 0
	for done < len(refs) {
		said, kill := startDriver(t, p.folder.path, jobs.String())
		moment := time.After(time.Duration(random.IntN(150*(1+kills/10))) * time.Millisecond)
		done = 0
		for alive := true; alive && done < len(refs); {
			select {
			case <-moment:
				alive = false
			case _, alive = <-said:
				done++
			}
		}
		kill()
		kills++
	}
	t.Logf("%d drivers were killed", kills)
	for _, ref := range refs {
		for i, s := range p.wait(ref) {
			if s.State != scheduler.Succeeded {
				t.Errorf("task %d of %s: %+v", i, ref.ID, s)
			}
		}
	}
	for task, n := range times(t, ran) {
		if n != 1 {
			t.Errorf("task %s ran %d times", task, n)
		}
	}
	if n := len(times(t, ran)); n != 2*len(refs) {
		t.Errorf("%d tasks ran, want %d", n, 2*len(refs))
	}
}

// TestKeepersKilled kills keepers at any moment of an array. A task whose end nobody saw is lost; none runs twice, none is forgotten.
func TestKeepersKilled(t *testing.T) {
	t.Parallel()
	p := newPool(t, 3)
	ran := filepath.Join(t.TempDir(), "ran")
	const n = 150
	ref := p.submit(array(shell(`echo $OCEANID_TASK_INDEX >> "$1"; sleep 0.0$(($OCEANID_TASK_INDEX % 5)); exit 7`, ran), n))
	random := rand.New(rand.NewPCG(7, 8))
	kills := 0
	for !runsEnded(p.query(ref)) {
		<-time.After(time.Duration(random.IntN(300)) * time.Millisecond)
		if pid := keeperOf(p.folder); pid != 0 {
			syscall.Kill(pid, syscall.SIGKILL)
			kills++
		}
	}
	lost := 0
	began := times(t, ran)
	for i, s := range p.wait(ref) {
		runs := began[strconv.Itoa(i)]
		switch {
		case s.State == scheduler.Lost && runs <= 1 && s.Exit == nil && s.Reason != "":
			lost++
		case s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 7 || runs != 1:
			t.Errorf("task %d ran %d times: %+v", i, runs, s)
		}
	}
	t.Logf("%d keepers were killed, %d of %d tasks are lost", kills, lost, n)
	if kills == 0 || lost > 4*kills {
		t.Errorf("%d keepers were killed, %d tasks are lost", kills, lost)
	}
}

func runsEnded(states []scheduler.Status) bool {
	return !slices.ContainsFunc(states, func(s scheduler.Status) bool { return !s.State.Terminal() })
}

// TestTasksOutliveTheirKeeper lets tasks end, run over their time, and be cancelled, after their keeper was killed.
func TestTasksOutliveTheirKeeper(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit time.Duration
		do    func(p *pool, ref scheduler.Ref, gate string)
		state scheduler.State
	}{
		"ended": {0, func(_ *pool, _ scheduler.Ref, gate string) { open(t, gate) }, scheduler.Lost},
		"cancelled": {0, func(p *pool, ref scheduler.Ref, _ string) {
			if err := p.Cancel(p.t.Context(), []scheduler.Ref{ref}); err != nil {
				p.t.Error(err)
			}
		}, scheduler.Cancelled},
		"over time": {3 * time.Second, func(*pool, scheduler.Ref, string) {}, scheduler.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, 2)
			gate, began := filepath.Join(t.TempDir(), "gate"), filepath.Join(t.TempDir(), "began")
			job := array(shell(`echo $OCEANID_TASK_INDEX >> "$1"; sleep 1000 & until [ -e "$2" ]; do sleep 0.01; done`, began, gate), 2)
			job.Resources.RunTime = c.limit
			ref := p.submit(job)
			eventually(t, "both to run", func() bool { content, _ := os.ReadFile(began); return len(content) == 4 })
			p.killKeeper()
			eventually(t, "another keeper to find both", func() bool { return p.count(ref)[scheduler.Running] == 2 && keeperOf(p.folder) != 0 })
			c.do(p, ref, gate)
			for i, s := range p.wait(ref) {
				if s.State != c.state || s.Reason == "" || s.Exit != nil {
					t.Errorf("task %d: %+v", i, s)
				}
			}
			if got := times(t, began); got["0"] != 1 || got["1"] != 1 {
				t.Errorf("they ran: %v", got)
			}
		})
	}
}

// TestKilledBeforeItWasWrittenDown is about the moment between the decision to start a task and the note that it runs.
func TestKilledBeforeItWasWrittenDown(t *testing.T) {
	t.Parallel()
	p := newPool(t, 4)
	lock, free, err := tryLock(p.folder.lock(), syscall.LOCK_EX)
	if err != nil || !free {
		t.Fatal(free, err)
	}
	ran := filepath.Join(t.TempDir(), "ran")
	job := array(shell(`echo $OCEANID_TASK_INDEX >> "$1"`, ran), 6)
	ref := p.submit(job)
	node, _ := os.Hostname()
	birth, _ := birthOf(os.Getpid())
	journal := fmt.Sprintf(`{"task":0,"count":1,"state":"succeeded","time":"2026-01-02T03:04:05Z","exit":{"code":0}}
{"task":1,"count":1,"state":"starting","time":"2026-01-02T03:04:05Z"}
{"task":2,"count":1,"state":"starting","time":"2026-01-02T03:04:05Z"}
{"task":3,"count":1,"state":"running","time":"2026-01-02T03:04:05Z","pid":%d,"birth":"another%s"}
{"task":4,"count":1,"state":"running","time":"2026-01-02T03:04:05Z","pid":%d,"birth":"%s"}
{"task":5,"count":1,"state":"succeed`, os.Getpid(), birth, 1<<22+1, birth)
	if err := os.WriteFile(p.folder.journal(job.Token), []byte(journal), 0o600); err != nil {
		t.Fatal(err)
	}
	// Task 2 was started, its number not yet written down.
	stray := exec.Command("sleep", "1000")
	stray.Env = (&kept{Job: job}).ownVariables(2)
	stray.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := stray.Start(); err != nil {
		t.Fatal(err)
	}
	lock.Close()
	eventually(t, "task 2 to be found", func() bool { return p.count(ref)[scheduler.Running] == 1 })
	if err := stray.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	stray.Wait()
	var got []scheduler.State
	for _, s := range p.wait(ref) {
		got = append(got, s.State)
	}
	want := []scheduler.State{scheduler.Succeeded, scheduler.Lost, scheduler.Lost, scheduler.Lost, scheduler.Lost, scheduler.Succeeded}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := times(t, ran); len(got) != 1 || got["5"] != 1 {
		t.Errorf("they ran: %v", got)
	}
	if again := p.query(ref); again[0].Node != "" || again[len(again)-1].Node != node {
		t.Errorf("the journal says %+v", again)
	}
}

func TestKeeperHoldsNothingOfItsDriver(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if _, err := unix.FcntlInt(write.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	p.submit(shell("sleep 1000"))
	write.Close()
	if err := read.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if n, err := read.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the pipe's other end is still open: %d, %v", n, err)
	}
	if keeperOf(p.folder) == 0 {
		t.Error("there is no keeper")
	}
}

// TestKeeperThatIsAskedToEnd starts nothing more, lets tasks end, and its successor goes on.
func TestKeeperThatIsAskedToEnd(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	gate, began := filepath.Join(t.TempDir(), "gate"), filepath.Join(t.TempDir(), "began")
	ref := p.submit(array(shell(`echo $OCEANID_TASK_INDEX >> "$1"; until [ -e "$2" ]; do sleep 0.01; done; exit 4`, began, gate), 3))
	eventually(t, "the first to run", func() bool { return p.count(ref)[scheduler.Running] == 1 })
	first := keeperOf(p.folder)
	if err := syscall.Kill(first, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it to hear", func() bool {
		log, _ := os.ReadFile(p.folder.log())
		return strings.Contains(string(log), "asked to end")
	})
	open(t, gate)
	eventually(t, "the keeper to end", func() bool { _, there := birthOf(first); return !there })
	if n := len(times(t, began)); n != 1 {
		t.Errorf("%d tasks began", n)
	}
	for i, s := range p.wait(ref) {
		if s.State != scheduler.Failed || s.Exit.Code != 4 {
			t.Errorf("task %d: %+v", i, s)
		}
	}
}

func TestFolderThatIsTakenAwayTakesItsTasksAlong(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	job := array(shell("sleep 1000 & sleep 1000"), 4)
	ref := p.submit(job)
	mark := []string{scheduler.EnvToken + "=" + job.Token}
	eventually(t, "them to run", func() bool { return p.count(ref)[scheduler.Running] == 2 })
	keeper := keeperOf(p.folder)
	if err := os.RemoveAll(p.folder.path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the keeper to end", func() bool { _, there := birthOf(keeper); return !there })
	eventually(t, "the tasks to end", func() bool { return len(marked(mark)) == 0 })
}

// What is held stays so when there is neither driver nor keeper, and after the machine went down before the keeper had written down that it holds it.
func TestHeldOutlivesEverybody(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	ran := filepath.Join(t.TempDir(), "ran")
	job := array(shell(`echo "$OCEANID_TASK_INDEX" >> "$1"`, ran), 3)
	// No keeper can begin it before it is held.
	lock, free, err := tryLock(p.folder.lock(), syscall.LOCK_EX)
	if err != nil || !free {
		t.Fatal(free, err)
	}
	ref := p.submit(job)
	p.hold(ref)
	lock.Close()
	for range 3 {
		again := openPool(t, p.folder.path, 1)
		again.waitFor(ref, scheduler.Held, 3)
		again.run(shell("exit 0"))
		again.killKeeper()
		if err := os.Truncate(p.folder.journal(job.Token), 0); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := os.ReadFile(ran); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("it ran: %q, %v", content, err)
	}
	// Released while there is no keeper.
	p.release(ref)
	for i, s := range p.wait(ref) {
		if s.State != scheduler.Succeeded {
			t.Errorf("task %d: %+v", i, s)
		}
	}
}
