package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// content is what the embedded store has, in a form that can be compared.
func content(t *testing.T, s *Store) []string {
	t.Helper()
	s.local.owner.front.order.Lock()
	defer s.local.owner.front.order.Unlock()
	b, err := dump(s.local.owner.front.lasting, 1)
	if err != nil {
		t.Fatal(err)
	}
	commands, _, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range commands {
		// The members of a sorted set come in no order.
		if c[0] == "ZADD" {
			slices.Sort(c[2:])
		}
		all = append(all, fmt.Sprintf("%q", c))
	}
	return all
}

// exercise does something of everything.
func exercise(t *testing.T, s *Store, seed int) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sch, err := s.CreateScheduler(ctx, Scheduler{Name: fmt.Sprint("pool", seed, NewUID()), Type: "local"})
	try(err)
	gone, err := s.CreateScheduler(ctx, Scheduler{Name: fmt.Sprint("gone", seed, NewUID()), Type: "local"})
	try(err)
	try(s.DeleteScheduler(ctx, gone.Name, 0))
	sch.Digest = "x"
	_, err = s.UpdateScheduler(ctx, sch)
	try(err)
	lease, _, err := s.AcquireLease(ctx, sch.UID, "me", time.Minute)
	try(err)
	cursor := scheduler.Cursor("c")
	var jobs []Job
	var creations []Creation
	for i := range 5 {
		jobs = append(jobs, Job{ID: JobID(sch.UID, "", time.Now()), Spec: scheduler.Job{Command: "x", User: "ada", Labels: map[string]string{"n": fmt.Sprint(i)}, Array: &scheduler.Array{Count: 100}}})
	}
	for _, j := range jobs {
		creations = append(creations, Creation{Job: j, Quotas: []Quota{{Of: "ada", Jobs: 4}}})
	}
	made, err := s.Create(ctx, sch.UID, creations, time.Now())
	try(err)
	if !errors.Is(made[4].Err, fault.Exhausted) {
		t.Fatalf("over the quota: %v", made[4].Err)
	}
	jobs = jobs[:4]
	b := Batch{Fence: lease.Fence, Cursor: &cursor}
	for i, j := range jobs {
		st := []scheduler.State{scheduler.Running, scheduler.Failed}[i%2]
		b.Changes = append(b.Changes, Change{JobID: j.ID, ExpectRevision: 1, Status: JobStatus{State: st, Native: scheduler.ID(fmt.Sprint(i))}, Tasks: []TaskChange{
			{Count: 100, State: scheduler.Running}, {First: 7, Count: 3, State: scheduler.Failed, Detail: TaskDetail{Reason: "\x00\r\n"}},
		}})
	}
	_, err = s.Commit(ctx, sch.UID, b)
	try(err)
	try(s.DeleteJob(ctx, jobs[1].ID))
	try(s.SetHealth(ctx, sch.UID, lease.Fence, Health{Since: time.Now(), Reason: "gone\r\n"}))
	_, _, err = s.Witness(ctx, sch.UID, Witness{})
	try(err)
	letters := []Letter{{ID: "1", Due: time.Now()}, {ID: "2"}, {ID: "3"}}
	try(s.SetHookCursor(ctx, sch.UID, "h", 0, 3, letters))
	try(s.SettleLetter(ctx, sch.UID, "h", 0, letters[0], true, false))
	try(s.SettleLetter(ctx, sch.UID, "h", 0, letters[1], false, true))
	try(s.SettleLetter(ctx, sch.UID, "h", 0, letters[2], false, true))
	try(s.Redeliver(ctx, sch.UID, "h", "3"))
}

func TestReplayMakesTheSameStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	for life := range 3 {
		s := openAt(t, path)
		exercise(t, s, life)
		before := content(t, s)
		if j := s.local.owner.front.journal; j.synced.Load() != j.appended.Load() {
			t.Errorf("life %d: all is acknowledged, but of %d records only %d are on the disk", life, j.appended.Load(), j.synced.Load())
		}
		closed(t, s)
		s = openAt(t, path)
		if diff := cmp.Diff(before, content(t, s)); diff != "" {
			t.Errorf("life %d (-before +after):\n%s", life, diff)
		}
		// And once more, from a snapshot.
		if err := s.local.owner.compactNow(); err != nil {
			t.Fatal(err)
		}
		closed(t, s)
		s = openAt(t, path)
		if diff := cmp.Diff(before, content(t, s)); diff != "" {
			t.Errorf("life %d, from a snapshot (-before +after):\n%s", life, diff)
		}
		closed(t, s)
	}
}

func TestCompactionWhileItRuns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	s := openAt(t, path)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 5 {
				s.local.owner.front.order.Lock()
				s.local.owner.limit = 10_000
				s.local.owner.front.order.Unlock()
				exercise(t, s, 10*i+n)
			}
		})
	}
	all.Wait()
	before := content(t, s)
	closed(t, s)
	snapshots, journals, err := generations(path)
	if err != nil || len(snapshots) != 1 || len(journals) != 1 || snapshots[0] != journals[0] || journals[0] < 3 {
		t.Errorf("snapshots %v and journals %v, %v", snapshots, journals, err)
	}
	s = openAt(t, path)
	defer s.Close()
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestDeathWithinACompaction(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	s := openAt(t, path)
	exercise(t, s, 1)
	s.local.owner.front.order.Lock()
	_, err := s.local.owner.rotate()
	s.local.owner.front.order.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	exercise(t, s, 2)
	before := content(t, s)
	closed(t, s)
	// What a process that was killed while it wrote its snapshot leaves besides.
	if err := os.WriteFile(filepath.Join(path, snapshotName(2)+".new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	closed(t, s)

	first := filepath.Join(path, journalName(1))
	info, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(first, info.Size()-1); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: path}); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("a torn journal that another one follows: %v", err)
	}
}

func TestDamagedSnapshot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	s := openAt(t, path)
	exercise(t, s, 1)
	if err := s.local.owner.compactNow(); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	file := filepath.Join(path, snapshotName(2))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, spoilt := range map[string][]byte{"flipped": flipped, "truncated": whole[:len(whole)-1], "without its end": whole[:len(whole)-recordHeader-len(endOfSnapshot)-2], "empty": nil} {
		if err := os.WriteFile(file, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), Options{Path: path})
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "backup") || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	closed(t, openAt(t, path))
}

func TestJournalThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	s := openAt(t, path)
	exercise(t, s, 1)
	before := content(t, s)
	j := s.local.owner.front.journal
	good := j.file
	bad, err := os.Open(good.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Close()
	s.local.owner.front.order.Lock()
	j.file = bad
	s.local.owner.front.order.Unlock()
	for range 2 {
		_, err = s.CreateScheduler(t.Context(), Scheduler{Name: "late", Type: "local"})
		if !errors.Is(err, fault.Unavailable) || fault.Blame(err) != fault.Host {
			t.Errorf("a write that cannot be kept: %v", err)
		}
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("it was done all the same (-before +after):\n%s", diff)
	}
	if _, err := s.ListSchedulers(t.Context(), SchedulerQuery{}); err != nil {
		t.Errorf("reading: %v", err)
	}
	s.local.owner.front.order.Lock()
	j.file = good
	s.local.owner.front.order.Unlock()
	closed(t, s)
	s = openAt(t, path)
	defer s.Close()
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("it is there later (-before +after):\n%s", diff)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	lease := volatile + "lease:x"
	for command, want := range map[string]class{
		"PING": reads, "hmget k f": reads, "SET k v": writes, "SET k v NX": writes, "SET k v PX 5": refuses, "SET " + lease + " v PX 5 NX": passes,
		"EVALSHA abc 1 k a": writes, "EVALSHA abc 1 " + lease + " a": passes, "EVALSHA abc 2 k " + lease: refuses, "EVALSHA abc 0": refuses, "EVALSHA abc 9 k": refuses,
		"EVAL": refuses, "GET": refuses, "GET " + lease: passes, "FLUSHALL": refuses, "ZSCORE k m": reads, "XREVRANGE k + -": reads, "HSETNX k f v": writes, "MULTI": refuses, "SELECT 1": refuses, "SPOP k": refuses, "CONFIG GET x": refuses,
		"SUBSCRIBE c": subscribes, "XADD k * a b": refuses, "EXPIRE k 1": refuses,
	} {
		if got := classify(strings.Fields(command)); got != want {
			t.Errorf("%s is of class %d, want %d", command, got, want)
		}
	}
}

// TestDeletionThatWasCutOff does by hand what DeleteScheduler does, up to the step after which its process dies.
func TestDeletionThatWasCutOff(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), openAt(t, filepath.Join(t.TempDir(), "store"))
	defer s.Close()
	make := func(name string) (Scheduler, Job) {
		t.Helper()
		sch, err := s.CreateScheduler(ctx, Scheduler{Name: name, Type: "local"})
		if err != nil {
			t.Fatal(err)
		}
		job := Job{ID: JobID(sch.UID, "", time.Now()), Spec: scheduler.Job{Command: "x"}, Status: JobStatus{State: scheduler.Succeeded}}
		if _, err := s.Create(ctx, sch.UID, []Creation{{Job: job}}, time.Now()); err != nil {
			t.Fatal(err)
		}
		return sch, job
	}
	step := func(word string, err error) {
		t.Helper()
		if word != "ok" || err != nil {
			t.Fatal(word, err)
		}
	}

	saved, _ := make("closed, then saved again")
	word, _, err := s.run(ctx, s.scripts.jobsClose, slot(saved.UID))
	step(word, err)
	more := []Creation{{Job: Job{ID: JobID(saved.UID, "", time.Now()), Spec: scheduler.Job{Command: "x"}}}}
	if _, err := s.Create(ctx, saved.UID, more, time.Now()); !errors.Is(err, fault.Conflict) {
		t.Errorf("a new job of a closed scheduler: %v", err)
	}
	if _, err := s.UpdateScheduler(ctx, saved); err != nil {
		t.Error(err)
	}
	if _, err := s.Create(ctx, saved.UID, more, time.Now()); err != nil {
		t.Errorf("a new job after it was saved: %v", err)
	}

	half, job := make("gone, but not its jobs")
	word, _, err = s.run(ctx, s.scripts.jobsClose, slot(half.UID))
	step(word, err)
	word, _, err = s.run(ctx, s.scripts.schedulerDelete, registry, channel, half.UID, 0)
	step(word, err)
	other, _ := make("another one")
	if err := s.DeleteScheduler(ctx, other.Name, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.Job(ctx, job.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the job of the one half deleted: %v", err)
	}
}
