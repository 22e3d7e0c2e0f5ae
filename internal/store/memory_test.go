package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// memoryOf is what Redis itself says that a job costs.
func memoryOf(t *testing.T, client *redis.Client, job store.Job) (bytes int64) {
	t.Helper()
	for _, kind := range []string{"job:", "spec:", "tasks:", "detail:"} {
		n, err := client.MemoryUsage(t.Context(), "oceanid:{"+job.SchedulerUID+"}:"+kind+job.ID, 0).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			t.Fatal(err)
		}
		bytes += n
	}
	return bytes
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
	memory := func(job store.Job) int64 { return memoryOf(t, client, job) }

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

// TestMillionTasksOfAnyEnd ends a million tasks in random order: one of a hundred fails, with a reason, an exit, a node and a time of its own.
func TestMillionTasksOfAnyEnd(t *testing.T) {
	t.Parallel()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	s := mustOpen(t, store.Options{Client: client})
	sch := newScheduler(t, s)
	const million, together = 1_000_000, 5_000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 2))
	job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: million}})
	create(t, s, sch.UID, job)
	want := map[scheduler.State]int{}
	order := chance.Perm(million)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	revision := int64(1)
	for ; len(order) > 0; order = order[together:] {
		var changes []store.TaskChange
		for _, task := range order[:together] {
			at := start.Add(time.Duration(chance.IntN(1e6)) * time.Second)
			c := store.TaskChange{First: task, State: scheduler.Succeeded, Detail: store.TaskDetail{Exit: &scheduler.Exit{}, Node: "node", Time: at}}
			if chance.IntN(100) == 0 {
				code := 1 + chance.IntN(100)
				c.State = scheduler.Failed
				c.Detail = store.TaskDetail{Reason: fmt.Sprintf("exited with code %d", code), Exit: &scheduler.Exit{Code: code}, Node: fmt.Sprintf("slot1_%d@node%03d", chance.IntN(32), chance.IntN(500)), Time: at}
			}
			want[c.State]++
			changes = append(changes, c)
		}
		commit(t, s, sch.UID, change(job.ID, revision, store.JobStatus{State: scheduler.Running}, changes...))
		revision++
	}
	states, _, err := s.TaskStates(t.Context(), job.ID)
	must(t, err)
	if diff := cmp.Diff(want, states.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	n := memoryOf(t, client, job)
	told, err := client.MemoryUsage(t.Context(), "oceanid:{"+sch.UID+"}:events", 0).Result()
	must(t, err)
	t.Logf("all ended: %d bytes, of which 1 %% failed, and %d of events", n, told)
	if n+told > 5<<20 {
		t.Errorf("all ended: %d bytes, and %d of events", n, told)
	}
}
