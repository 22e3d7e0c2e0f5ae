package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	id := store.JobID("abcdefgh", "k", time.Now())
	if again := store.JobID("abcdefgh", "k", time.Now().Add(time.Hour)); again != id {
		t.Errorf("the same key gives %s and %s", id, again)
	}
	if id != "abcdefgh-gn4k4jid1sqm9ca5ur2a31a4ao" {
		t.Errorf("identifiers have changed: %s; jobs at pools are not found again by it", id)
	}
	for _, id := range []string{id, "abcdefgh-r1k4k4jid1sqm9ca5ur2a31a4a", "rrrrrrrr-r1rrrrrrrrrrrrrrrrrrrrrrrr"} {
		for _, run := range []int{0, 1, 12} {
			j := store.Job{ID: id, Status: store.JobStatus{Run: run}}
			if got, n, ok := store.JobOfToken(j.Token()); !ok || got != id || n != run || len(j.Token()) > 64 {
				t.Errorf("%s is read as %s, %d, %v", j.Token(), got, n, ok)
			}
		}
	}
	for _, none := range []string{"", "x", id + "-", id + "-r", id + "-r0", id + "-r01", id + "-r-1", id + "-r1-3", id + "-3", id + "-r1x", strings.ToUpper(id)} {
		if got, run, ok := store.JobOfToken(none); ok {
			t.Errorf("%q is read as %s, %d", none, got, run)
		}
	}
}

// TestANewRunLeavesTheOldName gives a job back to its pool, which has another name for it then.
func TestANewRunLeavesTheOldName(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: 3}})
		create(t, s, sch.UID, job)
		finds := func(native scheduler.ID, want bool) {
			t.Helper()
			got, err := s.JobByNative(ctx, sch.UID, native)
			if want && (err != nil || got.ID != job.ID) {
				t.Errorf("%s leads to %s, %v", native, got.ID, err)
			}
			if !want {
				wantKind(t, fmt.Sprintf("by %s", native), err, fault.NotFound)
			}
		}
		commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Running, Native: "7"}, store.TaskChange{First: 1, State: scheduler.Failed, Detail: store.TaskDetail{Reason: "x"}}))
		// Within a run a name that is left out stays.
		commit(t, s, sch.UID, change(job.ID, 2, store.JobStatus{State: scheduler.Running}))
		finds("7", true)
		again := store.JobStatus{State: scheduler.Pending, Run: 1, Runs: []store.Run{{Native: "7", State: scheduler.Failed, Reason: "exit 3"}}}
		commit(t, s, sch.UID, change(job.ID, 3, again, store.TaskChange{Count: 3, State: scheduler.Pending}))
		finds("7", false)
		commit(t, s, sch.UID, change(job.ID, 4, store.JobStatus{State: scheduler.Queued, Native: "8", Run: 1, Runs: again.Runs}))
		finds("8", true)
		finds("7", false)
		got, err := s.Job(ctx, job.ID)
		must(t, err)
		if want := job.ID + "-r1"; got.Token() != want || got.Spec.Token != want || got.Status.Native != "8" || len(got.Status.Runs) != 1 {
			t.Errorf("%+v", got)
		}
		states, _, err := s.TaskStates(ctx, job.ID)
		must(t, err)
		if n := states.Counts()[scheduler.Pending]; n != 3 {
			t.Errorf("%d of 3 tasks begin anew", n)
		}
		// Another job may have got the old name since.
		next := newJob(sch, scheduler.Job{})
		next.Status = store.JobStatus{State: scheduler.Queued, Native: "7"}
		create(t, s, sch.UID, next)
		end(t, s, next.ID, scheduler.Failed)
		commit(t, s, sch.UID, change(job.ID, 5, store.JobStatus{State: scheduler.Failed, Native: "8", Run: 1}))
		must(t, s.DeleteJob(ctx, job.ID))
		if got, err := s.JobByNative(ctx, sch.UID, "7"); err != nil || got.ID != next.ID {
			t.Errorf("7 leads to %s, %v", got.ID, err)
		}
	})
}

func TestNotesOfAnEndedJob(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{})
		create(t, s, sch.UID, job)
		commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Succeeded}))
		note := store.Note{Time: time.Now().UTC().Truncate(time.Millisecond), Text: "the pool says that it has failed"}
		commit(t, s, sch.UID, change(job.ID, 2, store.JobStatus{State: scheduler.Succeeded, Notes: []store.Note{note}}))
		conflicts, err := s.Commit(ctx, sch.UID, change(job.ID, 3, store.JobStatus{State: scheduler.Failed}))
		if err != nil || len(conflicts) != 1 {
			t.Errorf("another end: conflicts %v, %v", conflicts, err)
		}
		got, err := s.Job(ctx, job.ID)
		must(t, err)
		if got.Status.State != scheduler.Succeeded || len(got.Status.Notes) != 1 || got.Status.Notes[0] != note {
			t.Errorf("%+v", got.Status)
		}
	})
}
