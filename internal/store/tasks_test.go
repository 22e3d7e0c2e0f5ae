package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestTasksAreWhatWasSaid compares with the plainest thing that could be kept: a record for each task.
func TestTasksAreWhatWasSaid(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		for _, tasks := range []int{1, 2, 64, 200, 2000} {
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

func anyChange(chance *rand.Rand, tasks int) store.TaskChange {
	known := scheduler.States()
	c := store.TaskChange{First: chance.IntN(tasks), State: known[chance.IntN(len(known))]}
	c.Count = chance.IntN(min(tasks-c.First, 150) + 1)
	if chance.IntN(8) == 0 {
		c.First, c.Count = 0, tasks
	}
	switch chance.IntN(4) {
	case 0:
		c.Detail = store.TaskDetail{Exit: &scheduler.Exit{Code: chance.IntN(2)}}
	case 1:
		c.Detail = store.TaskDetail{Reason: "why", Native: "13", Node: fmt.Sprintf("node%d", chance.IntN(2)), Time: time.Unix(1e9, 0).UTC()}
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

// TestMillionTasks looks at what Redis itself says that a job costs.
func TestMillionTasks(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	s := mustOpen(t, store.Options{Client: client})
	sch := newScheduler(t, s)
	memory := func(job store.Job) (bytes int64) {
		for _, kind := range []string{"job:", "spec:", "tasks:", "detail:"} {
			n, err := client.MemoryUsage(ctx, "oceanid:{"+sch.UID+"}:"+kind+job.ID, 0).Result()
			if err != nil && err != redis.Nil {
				t.Fatal(err)
			}
			bytes += n
		}
		return bytes
	}

	const million = 1_000_000
	ten := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: 10}})
	job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: million}})
	create(t, s, sch.UID, ten, job)
	commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Queued}, store.TaskChange{Count: million, State: scheduler.Queued, Detail: store.TaskDetail{Reason: "waits"}}))
	if a, b := memory(ten), memory(job); b > a+500 {
		t.Errorf("a queued job costs %d bytes with 10 tasks and %d with a million", a, b)
	}
	if got, err := s.Tasks(ctx, job.ID, million-2, 10); err != nil || len(got) != 2 || got[1].State != scheduler.Queued || got[1].Reason != "waits" {
		t.Errorf("the last tasks: %+v, %v", got, err)
	}

	// Ends come in any order; one task of a hundred fails, each of these alone.
	revision, step := int64(2), 10_000
	for first := 0; first < million; first += step {
		changes := []store.TaskChange{{First: first, Count: step, State: scheduler.Succeeded, Detail: store.TaskDetail{Exit: &scheduler.Exit{}, Node: "n"}}}
		for task := first; task < first+step; task += 100 {
			changes = append(changes, store.TaskChange{First: task, State: scheduler.Failed, Detail: store.TaskDetail{Exit: &scheduler.Exit{Code: 3}, Node: "n1"}})
		}
		commit(t, s, sch.UID, change(job.ID, revision, store.JobStatus{State: scheduler.Running}, changes...))
		revision++
	}
	if n := memory(job); n > 5<<20 {
		t.Errorf("all ended: %d bytes", n)
	} else {
		t.Logf("all ended: %d bytes", n)
	}
	states, _, err := s.TaskStates(ctx, job.ID)
	must(t, err)
	want := map[scheduler.State]int{scheduler.Succeeded: million * 99 / 100, scheduler.Failed: million / 100}
	if diff := cmp.Diff(want, states.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	got, err := s.Tasks(ctx, job.ID, 500_000, 2)
	must(t, err)
	if got[0].Exit == nil || got[0].Exit.Code != 3 || got[0].Node != "n1" || got[1].State != scheduler.Succeeded {
		t.Errorf("in the middle: %+v", got)
	}
}
