package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestTasksAreWhatWasSaid compares with the plainest thing that could be kept: a record for each task.
func TestTasksAreWhatWasSaid(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		for _, tasks := range []int{1, 2, 64, 200, 2000, 4000} {
			job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: tasks}})
			create(t, s, sch.UID, job)
			want := make([]store.Task, tasks)
			for i := range want {
				want[i] = store.Task{Index: i, State: scheduler.Pending}
			}
			chance := rand.New(rand.NewPCG(uint64(tasks), 1))
			for revision := range int64(20) {
				var changes []store.TaskChange
				for range chance.IntN(6) {
					c := anyChange(chance, tasks)
					changes = append(changes, c)
					for i := c.First; i < c.First+max(c.Count, 1); i++ {
						want[i] = store.Task{Index: i, State: c.State, TaskDetail: c.Detail}
						if c.State == scheduler.Succeeded && c.Detail.Reason == "" && tasks > 1024 {
							want[i].TaskDetail = store.TaskDetail{}
						}
					}
				}
				commit(t, s, sch.UID, change(job.ID, revision+1, store.JobStatus{State: scheduler.Running}, changes...))

				first, count := chance.IntN(tasks), chance.IntN(tasks+1)
				if revision%3 == 0 {
					first, count = 0, tasks+10
				}
				got, err := s.Tasks(ctx, job.ID, first, count)
				must(t, err)
				if diff := cmp.Diff(want[first:min(first+count, tasks)], got); diff != "" {
					t.Fatalf("%d tasks from %d of %d after %d changes (-want +got):\n%s", count, first, tasks, revision+1, diff)
				}
				states, at, err := s.TaskStates(ctx, job.ID)
				must(t, err)
				if at != revision+2 || len(states) != tasks {
					t.Fatalf("%d states of %d tasks at revision %d", len(states), tasks, at)
				}
				for i := range want {
					if states.At(i) != want[i].State {
						t.Fatalf("task %d is %s, want %s", i, states.At(i), want[i].State)
					}
				}
			}
		}
	})
}

// What is said of the rest of a long array is written once, not for every few of its tasks, and is told of each of them.
func TestTheRestOfALongArray(t *testing.T) {
	t.Parallel()
	const tasks, ran = 1_000_000, 1000
	folder := filepath.Join(t.TempDir(), "store")
	s := mustOpen(t, store.Options{Path: folder})
	sch := newScheduler(t, s)
	job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: tasks}})
	create(t, s, sch.UID, job)
	exit := store.TaskDetail{Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}}
	before := store.TaskChange{First: 0, Count: ran, State: scheduler.Failed, Detail: exit}
	commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Running}, before))
	written := sizeOf(t, folder)
	held := store.TaskDetail{Reason: "held on request", Cause: scheduler.CauseUser}
	rest := store.TaskChange{First: ran, Count: tasks - ran, State: scheduler.Held, Detail: held}
	one := store.TaskChange{First: ran + 7, Count: 1, State: scheduler.Running}
	commit(t, s, sch.UID, change(job.ID, 2, store.JobStatus{State: scheduler.Running}, rest, one))
	if n := sizeOf(t, folder) - written; n > 64<<10 {
		t.Errorf("%d bytes were written", n)
	}
	got, err := s.Tasks(t.Context(), job.ID, ran-1, 10)
	must(t, err)
	for i, task := range got {
		want := store.Task{Index: ran - 1 + i, State: scheduler.Held, TaskDetail: held}
		switch task.Index {
		case ran - 1:
			want = store.Task{Index: ran - 1, State: scheduler.Failed, TaskDetail: exit}
		case one.First:
			want = store.Task{Index: one.First, State: scheduler.Running}
		}
		if diff := cmp.Diff(want, task); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// sizeOf is how many bytes the files of a folder hold.
func sizeOf(t *testing.T, folder string) (size int64) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		size += info.Size()
	}
	return size
}

func anyChange(chance *rand.Rand, tasks int) store.TaskChange {
	known := scheduler.States()
	c := store.TaskChange{First: chance.IntN(tasks), State: known[chance.IntN(len(known))]}
	c.Count = chance.IntN(min(tasks-c.First, 150) + 1)
	switch chance.IntN(8) {
	case 0:
		c.First, c.Count = 0, tasks
	case 1, 2:
		c.Count = tasks - c.First // the rest, as when a long array is cancelled
	}
	switch chance.IntN(4) {
	case 0:
		c.Detail = store.TaskDetail{Exit: &scheduler.Exit{Code: chance.IntN(2)}}
	case 1:
		c.Detail = store.TaskDetail{Reason: "why", Native: "13", Cause: scheduler.CauseMemory, Node: fmt.Sprintf("node%d", chance.IntN(2)), Time: time.Unix(1e9, 0).UTC()}
	}
	return c
}

func TestTaskStates(t *testing.T) {
	t.Parallel()
	s := store.NewTaskStates(5, scheduler.Queued)
	s.Set(-1, 2, scheduler.Running)
	s.Set(4, 9, scheduler.Failed)
	s.Set(2, 1, "dancing")
	want := map[scheduler.State]int{scheduler.Running: 1, scheduler.Queued: 3, scheduler.Failed: 1}
	if diff := cmp.Diff(want, s.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	for _, st := range scheduler.States() {
		if got := store.NewTaskStates(1, st).At(0); got != st {
			t.Errorf("%s reads back as %s", st, got)
		}
	}
}
