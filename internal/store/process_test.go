package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a process does that a test has started.
const (
	roleVariable = "OCEANID_STORE_TEST_ROLE"
	pathVariable = "OCEANID_STORE_TEST_PATH"

	creates = "creates" // schedulers and jobs, for ever, telling of each when it is acknowledged
	holds   = "holds"   // the store open until its standard input ends
)

func play(role string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Path: os.Getenv(pathVariable)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch role {
	case holds:
		fmt.Println("open")
		io.Copy(io.Discard, os.Stdin)
	case creates:
		const writers = 8
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for {
					sch, err := s.CreateScheduler(ctx, store.Scheduler{Name: "pool-" + store.NewUID(), Type: "local"})
					if err != nil {
						fmt.Fprintln(os.Stderr, err)
						return
					}
					os.Stdout.WriteString("scheduler " + sch.UID + "\n")
					id := store.JobID(sch.UID, "", time.Now())
					if _, err := s.Create(ctx, sch.UID, []store.Creation{{Job: store.Job{ID: id, Spec: scheduler.Job{Command: "true"}}}}, time.Now()); err != nil {
						fmt.Fprintln(os.Stderr, err)
						return
					}
					os.Stdout.WriteString("job " + id + "\n")
				}
			})
		}
		all.Wait()
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is this test's binary in a role.
type process struct {
	*exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func start(t *testing.T, role, path string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path)
	p.Stderr = os.Stderr
	var err error
	p.stdin, err = p.StdinPipe()
	must(t, err)
	out, err := p.StdoutPipe()
	must(t, err)
	p.lines = bufio.NewScanner(out)
	must(t, p.Start())
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	return p
}

func TestAcknowledgedSurvivesKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	var acknowledged []string
	const rounds = 5
	for round := range rounds {
		p := start(t, creates, path)
		before, enough := len(acknowledged), 50+rand.IntN(300)
		for p.lines.Scan() {
			acknowledged = append(acknowledged, p.lines.Text())
			if len(acknowledged) == before+enough {
				must(t, p.Process.Kill())
			}
		}
		p.Wait()

		s, err := store.Open(t.Context(), store.Options{Path: path})
		if err != nil {
			t.Fatalf("round %d, after %d: %v", round, enough, err)
		}
		if round == rounds-1 {
			before = 0
		}
		for _, what := range acknowledged[before:] {
			kind, id, _ := strings.Cut(what, " ")
			if kind == "job" {
				_, err = s.Job(t.Context(), id)
			} else {
				_, err = s.SchedulerByUID(t.Context(), id)
			}
			if err != nil {
				t.Errorf("round %d: acknowledged, but %v", round, err)
			}
		}
		must(t, s.Close())
	}
	t.Logf("%d acknowledged in %d lives", len(acknowledged), rounds)
}

func TestSecondProcessJoinsTheFirst(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "store")
	owner := start(t, holds, path)
	if !owner.lines.Scan() {
		t.Fatal("the first process did not open the store")
	}
	guest := mustOpen(t, store.Options{Path: path})
	other := mustOpen(t, store.Options{Path: path})
	changes := other.Changes(ctx)
	if first := <-changes; first != "" {
		t.Errorf("the first change is %q, not that something may have been missed", first)
	}
	sch := newScheduler(t, guest)
	if uid := <-changes; uid != sch.UID {
		t.Errorf("told of a change of %q, not of %s", uid, sch.UID)
	}
	if _, err := other.Scheduler(ctx, sch.Name); err != nil {
		t.Error(err)
	}

	// Both find nobody there, and one of them takes over.
	must(t, owner.Process.Kill())
	owner.Wait()
	var all sync.WaitGroup
	for _, s := range []*store.Store{guest, other} {
		all.Go(func() {
			if _, err := s.Scheduler(ctx, sch.Name); err != nil {
				t.Errorf("without the first process: %v", err)
			}
		})
	}
	all.Wait()
	await(t, changes, "")
	second := newScheduler(t, guest)
	await(t, changes, second.UID)
	if _, err := other.Scheduler(ctx, second.Name); err != nil {
		t.Error(err)
	}
}

// TestTheStoreOutlivesItsRunner changes the process that runs the store while others write.
func TestTheStoreOutlivesItsRunner(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "store")
	owner := start(t, holds, path)
	if !owner.lines.Scan() {
		t.Fatal("the first process did not open the store")
	}
	s := mustOpen(t, store.Options{Path: path})
	var names []string
	for life := range 4 {
		successor := start(t, holds, path)
		if !successor.lines.Scan() {
			t.Fatal("the next process did not open the store")
		}
		for i := range 20 {
			if i == 10 && life%2 == 0 {
				must(t, owner.Process.Kill())
			} else if i == 10 {
				must(t, owner.stdin.Close())
			}
			sch, err := s.CreateScheduler(ctx, store.Scheduler{Name: unique("pool"), Type: "local"})
			must(t, err)
			names = append(names, sch.Name)
		}
		owner.Wait()
		owner = successor
	}
	for _, name := range names {
		if _, err := s.Scheduler(ctx, name); err != nil {
			t.Errorf("acknowledged, but %v", err)
		}
	}
}

func TestLockedByAProcessThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	owner := start(t, holds, path)
	if !owner.lines.Scan() {
		t.Fatal("the first process did not open the store")
	}
	must(t, os.Remove(filepath.Join(path, "socket")))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := store.Open(ctx, store.Options{Path: path})
	wantKind(t, "open", err, fault.Unavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v did not wait for the context", err)
	}
}
