package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJob(sch store.Scheduler, spec scheduler.Job) store.Job {
	if spec.Command == "" {
		spec.Command = "true"
	}
	return store.Job{ID: store.JobID(sch.UID, "", time.Now()), SchedulerUID: sch.UID, Scheduler: sch.Name, Type: sch.Type, Spec: spec}
}

// create makes jobs that nothing stands in the way of.
func create(t testing.TB, s *store.Store, uid string, jobs ...store.Job) {
	t.Helper()
	createAt(t, s, uid, time.Now(), jobs...)
}

func createAt(t testing.TB, s *store.Store, uid string, now time.Time, jobs ...store.Job) {
	t.Helper()
	creations := make([]store.Creation, len(jobs))
	for i, j := range jobs {
		creations[i].Job = j
	}
	made, err := s.Create(t.Context(), uid, creations, now)
	must(t, err)
	for _, c := range made {
		if c.Existing || c.Err != nil {
			t.Fatalf("create %s: existing %v, error %v", c.ID, c.Existing, c.Err)
		}
	}
}

func commit(t testing.TB, s *store.Store, uid string, b store.Batch) {
	t.Helper()
	conflicts, err := s.Commit(t.Context(), uid, b)
	if err != nil || len(conflicts) > 0 {
		t.Fatalf("commit: conflicts %v, error %v", conflicts, err)
	}
}

func change(id string, revision int64, st store.JobStatus, tasks ...store.TaskChange) store.Batch {
	return store.Batch{Changes: []store.Change{{JobID: id, ExpectRevision: revision, Status: st, Tasks: tasks}}}
}

func TestJobIsKept(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{
			Name: "flood $(x)\n", Command: "./run", Args: []string{"", "a b", "\x00"}, Env: map[string]string{"A": "ü"},
			Inputs: []scheduler.Input{{Name: "in.csv", Data: []byte{0, 255}, Size: 2}}, Outputs: []string{"out"},
			Array:  &scheduler.Array{Count: 2, Args: [][]string{{"x"}, {"y"}}},
			Labels: map[string]string{"basin": "upper=1"}, User: "ada:state:running", Resources: scheduler.Resources{CPUs: 0.5, RunTime: time.Hour},
		})
		create(t, s, sch.UID, job)

		want := job
		want.Spec.Token, want.Revision, want.Status.State, want.Tasks = job.ID, 1, scheduler.Pending, 2
		got, err := s.Job(ctx, job.ID)
		must(t, err)
		want.Created = got.Created
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		if since := time.Since(got.Created); since < 0 || since > time.Minute {
			t.Errorf("created %v ago", since)
		}

		now := time.Now().UTC().Truncate(time.Millisecond)
		want.Status = store.JobStatus{
			State: scheduler.Held, Native: "7.0", Reason: "no input", NativeWord: "13", Node: "n1", Exit: &scheduler.Exit{Code: 3},
			Counts: map[scheduler.State]int{scheduler.Held: 2}, Submitted: now, Started: now, Ended: now, Observed: now, CancelRequested: now,
			Attempts: 2, Attempted: now, RetryAt: now,
		}
		want.Revision = 2
		commit(t, s, sch.UID, change(job.ID, 1, want.Status))
		for name, read := range map[string]func() (store.Job, error){
			"by id":     func() (store.Job, error) { return s.Job(ctx, job.ID) },
			"by native": func() (store.Job, error) { return s.JobByNative(ctx, sch.UID, "7.0") },
		} {
			got, err := read()
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}

		light := want
		light.Spec.Args, light.Spec.Env, light.Spec.Inputs, light.Spec.Array = nil, nil, nil, &scheduler.Array{Count: 2}
		listed, err := s.Active(ctx, sch.UID, "", 0)
		must(t, err)
		if diff := cmp.Diff([]store.Job{light}, listed); diff != "" {
			t.Errorf("in a list (-want +got):\n%s", diff)
		}
	})
}

func TestMissingJob(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		for _, id := range []string{"", "x", "../../etc", store.JobID(store.NewUID(), "", time.Now()), store.NewUID() + "-}:{" + strings.Repeat("0", 23)} {
			_, err := s.Job(ctx, id)
			wantKind(t, fmt.Sprintf("job %q", id), err, fault.NotFound)
			_, err = s.Tasks(ctx, id, 0, 1)
			wantKind(t, fmt.Sprintf("tasks of %q", id), err, fault.NotFound)
			_, _, err = s.TaskStates(ctx, id)
			wantKind(t, fmt.Sprintf("states of tasks of %q", id), err, fault.NotFound)
			wantKind(t, fmt.Sprintf("delete %q", id), s.DeleteJob(ctx, id), fault.NotFound)
		}
		_, err := s.JobByNative(ctx, store.NewUID(), "1")
		wantKind(t, "by native", err, fault.NotFound)
	})
}

func TestCommitSkipsConflicts(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		fresh, stale, ended, gone := newJob(sch, scheduler.Job{}), newJob(sch, scheduler.Job{}), newJob(sch, scheduler.Job{}), newJob(sch, scheduler.Job{})
		create(t, s, sch.UID, fresh, stale, ended)
		commit(t, s, sch.UID, change(stale.ID, 1, store.JobStatus{State: scheduler.Queued}))
		commit(t, s, sch.UID, change(ended.ID, 1, store.JobStatus{State: scheduler.Succeeded}))

		cursor := scheduler.Cursor("at 7")
		batch := store.Batch{Cursor: &cursor}
		for _, j := range []store.Job{stale, ended, fresh, gone} {
			batch.Changes = append(batch.Changes, store.Change{JobID: j.ID, ExpectRevision: 1, Status: store.JobStatus{State: scheduler.Running}})
		}
		batch.Changes[1].ExpectRevision = 2
		conflicts, err := s.Commit(ctx, sch.UID, batch)
		must(t, err)
		if diff := cmp.Diff([]string{stale.ID, ended.ID, gone.ID}, conflicts); diff != "" {
			t.Errorf("conflicts (-want +got):\n%s", diff)
		}
		for j, want := range map[string]scheduler.State{fresh.ID: scheduler.Running, stale.ID: scheduler.Queued, ended.ID: scheduler.Succeeded} {
			if got, err := s.Job(ctx, j); err != nil || got.Status.State != want {
				t.Errorf("job %s is %v, %v, want %s", j, got.Status.State, err, want)
			}
		}
		if got, err := s.Cursor(ctx, sch.UID); err != nil || got != "" {
			t.Errorf("the cursor went on to %q past changes that were skipped, %v", got, err)
		}
		commit(t, s, sch.UID, store.Batch{Cursor: &cursor})
		if got, err := s.Cursor(ctx, sch.UID); err != nil || got != cursor {
			t.Errorf("cursor %q, %v", got, err)
		}
		// What is said about an ended job without changing its state is welcome.
		commit(t, s, sch.UID, change(ended.ID, 2, store.JobStatus{State: scheduler.Succeeded, Reason: "results fetched"}))
		if n, err := s.ActiveCount(ctx, []string{sch.UID}); err != nil || n[sch.UID] != 2 {
			t.Errorf("%v active, %v", n, err)
		}
	})
}

func TestOneOfManyChangesWins(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{})
		create(t, s, sch.UID, job)
		won := make(chan int, 20)
		var all sync.WaitGroup
		for i := range cap(won) {
			all.Go(func() {
				conflicts, err := s.Commit(t.Context(), sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Queued, Attempts: i}))
				if err != nil {
					t.Error(err)
				}
				if len(conflicts) == 0 {
					won <- i
				}
			})
		}
		all.Wait()
		close(won)
		if len(won) != 1 {
			t.Fatalf("%d changes of one revision won", len(won))
		}
		if got, err := s.Job(t.Context(), job.ID); err != nil || got.Revision != 2 || got.Status.Attempts != <-won {
			t.Errorf("job %+v, %v", got, err)
		}
	})
}

// twice sends each script twice, as a client does that got no answer at first.
type twice struct{ redis.Hook }

func (twice) DialHook(next redis.DialHook) redis.DialHook { return next }
func (twice) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (twice) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.HasPrefix(cmd.Name(), "eval") {
			if err := next(ctx, cmd); err != nil {
				return err
			}
		}
		return next(ctx, cmd)
	}
}

func TestSentTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	client.AddHook(twice{})
	s := mustOpen(t, store.Options{Client: client})

	sch := newScheduler(t, s)
	sch.Digest = "x"
	sch, err = s.UpdateScheduler(ctx, sch)
	must(t, err)
	if sch.Revision != 2 {
		t.Errorf("revision %d", sch.Revision)
	}
	job := newJob(sch, scheduler.Job{})
	create(t, s, sch.UID, job)
	commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Succeeded}))
	events, err := s.Events(ctx, sch.UID, 0, 0)
	must(t, err)
	if len(events) != 2 {
		t.Errorf("%d events of 2 changes", len(events))
	}
	must(t, s.DeleteScheduler(ctx, sch.Name, 2))
}

func TestFence(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{})
		create(t, s, sch.UID, job)

		old, ok, err := s.AcquireLease(ctx, sch.UID, "one", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		first := change(job.ID, 1, store.JobStatus{State: scheduler.Queued})
		first.Fence = old.Fence
		commit(t, s, sch.UID, first)

		must(t, s.Release(ctx, old))
		now, ok, err := s.AcquireLease(ctx, sch.UID, "two", time.Minute)
		if err != nil || !ok || now.Fence <= old.Fence {
			t.Fatal(now, ok, err)
		}
		cursor := scheduler.Cursor("late")
		late := change(job.ID, 2, store.JobStatus{State: scheduler.Running})
		late.Fence, late.Cursor = old.Fence, &cursor
		_, err = s.Commit(ctx, sch.UID, late)
		wantKind(t, "behind the fence", err, fault.Conflict)
		if got, err := s.Job(ctx, job.ID); err != nil || got.Revision != 2 {
			t.Errorf("the job was changed: %+v, %v", got, err)
		}
		if got, err := s.Cursor(ctx, sch.UID); err != nil || got != "" {
			t.Errorf("the cursor was moved: %q, %v", got, err)
		}
		late.Fence = now.Fence
		commit(t, s, sch.UID, late)
	})
}

func TestCommitRefusesNonsense(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch, other := newScheduler(t, s), newScheduler(t, s)
		job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: 3}})
		create(t, s, sch.UID, job)
		running := store.JobStatus{State: scheduler.Running}
		for name, b := range map[string]store.Batch{
			"another scheduler's job": change(newJob(other, scheduler.Job{}).ID, 1, running),
			"unknown state":           change(job.ID, 1, store.JobStatus{State: "dancing"}),
			"unknown state of a task": change(job.ID, 1, running, store.TaskChange{State: "dancing"}),
			"task out of range":       change(job.ID, 1, running, store.TaskChange{First: 2, Count: 2, State: scheduler.Running}),
			"negative task":           change(job.ID, 1, running, store.TaskChange{First: -1, State: scheduler.Running}),
			"impossible time":         change(job.ID, 1, running, store.TaskChange{State: scheduler.Running, Detail: store.TaskDetail{Time: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}}),
			"one job twice":           {Changes: append(change(job.ID, 1, running).Changes, change(job.ID, 2, running).Changes...)},
		} {
			_, err := s.Commit(t.Context(), sch.UID, b)
			wantKind(t, name, err, fault.Invalid)
		}
		if got, err := s.Job(t.Context(), job.ID); err != nil || got.Revision != 1 {
			t.Errorf("job %+v, %v", got, err)
		}
	})
}

func TestDeleteJob(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		keep := newJob(sch, scheduler.Job{User: "ada", Labels: map[string]string{"a": "b"}})
		job := newJob(sch, scheduler.Job{User: "ada", Labels: map[string]string{"a": "b"}, Array: &scheduler.Array{Count: 5}})
		create(t, s, sch.UID, keep, job)
		wantKind(t, "an active job", s.DeleteJob(ctx, job.ID), fault.Conflict)
		commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Failed, Native: "7"}, store.TaskChange{First: 1, State: scheduler.Failed, Detail: store.TaskDetail{Reason: "x"}}))
		must(t, s.DeleteJob(ctx, job.ID))
		_, err := s.Job(ctx, job.ID)
		wantKind(t, "the deleted job", err, fault.NotFound)
		_, err = s.JobByNative(ctx, sch.UID, "7")
		wantKind(t, "the deleted job by native", err, fault.NotFound)
		for _, q := range []store.JobQuery{{}, {User: "ada"}, {Labels: map[string]string{"a": "b"}}, {States: scheduler.States()}, {User: "ada", States: scheduler.States()}} {
			q.SchedulerUIDs = []string{sch.UID}
			if jobs, _, err := s.ListJobs(ctx, q); err != nil || len(jobs) != 1 || jobs[0].ID != keep.ID {
				t.Errorf("list %+v: %v, %v", q, jobs, err)
			}
		}
	})
}

func TestDeleteScheduler(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		wantKind(t, "a stale revision", s.DeleteScheduler(ctx, sch.Name, 7), fault.Conflict)
		var jobs []store.Job
		for range 450 {
			jobs = append(jobs, newJob(sch, scheduler.Job{User: "ada"}))
		}
		create(t, s, sch.UID, jobs...)
		wantKind(t, "with active jobs", s.DeleteScheduler(ctx, sch.Name, 0), fault.Conflict)
		var end store.Batch
		for _, j := range jobs {
			end.Changes = append(end.Changes, store.Change{JobID: j.ID, ExpectRevision: 1, Status: store.JobStatus{State: scheduler.Cancelled}})
		}
		commit(t, s, sch.UID, end)

		must(t, s.DeleteScheduler(ctx, sch.Name, sch.Revision))
		_, err := s.Scheduler(ctx, sch.Name)
		wantKind(t, "the record", err, fault.NotFound)
		_, err = s.Job(ctx, jobs[0].ID)
		wantKind(t, "a job", err, fault.NotFound)
		if jobs, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: []string{sch.UID}}); err != nil || len(jobs) != 0 {
			t.Errorf("%d jobs are listed, %v", len(jobs), err)
		}
		_, err = s.Create(ctx, sch.UID, []store.Creation{{Job: newJob(sch, scheduler.Job{})}}, time.Now())
		wantKind(t, "a new job", err, fault.Conflict)
		wantKind(t, "again", s.DeleteScheduler(ctx, sch.Name, 0), fault.NotFound)
	})
}
