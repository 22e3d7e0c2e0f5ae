package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestEvents(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		if events, err := s.Events(ctx, sch.UID, 0, 0); err != nil || len(events) != 0 {
			t.Errorf("of nothing: %v, %v", events, err)
		}
		now := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
		job := newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: 600}})
		createAt(t, s, sch.UID, now, job)
		quiet := change(job.ID, 1, store.JobStatus{State: scheduler.Pending})
		quiet.Changes[0].Quiet = true
		commit(t, s, sch.UID, quiet)
		var each []store.TaskChange
		for i := range 300 {
			each = append(each, store.TaskChange{First: 2 * i, State: scheduler.Failed})
		}
		st := store.JobStatus{State: scheduler.Failed, Reason: "bad", NativeWord: "w", Exit: &scheduler.Exit{Signal: 9}, Counts: map[scheduler.State]int{scheduler.Failed: 600}}
		b := change(job.ID, 2, st, each...)
		b.Time = now.Add(time.Second)
		commit(t, s, sch.UID, b)

		want := []store.Event{
			{ID: 1, SchedulerUID: sch.UID, Job: job.ID, Revision: 1, State: scheduler.Pending, Time: now},
			{
				ID: 2, SchedulerUID: sch.UID, Job: job.ID, Revision: 3, State: st.State, Reason: st.Reason, NativeWord: st.NativeWord, Exit: st.Exit, Counts: st.Counts,
				Tasks: each[:256], MoreTasks: true, Time: now.Add(time.Second),
			},
		}
		got, err := s.Events(ctx, sch.UID, 0, 0)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for after, n := range map[store.EventID]int{0: 1, 1: 1, 2: 0} {
			if got, err := s.Events(ctx, sch.UID, after, 1); err != nil || len(got) != n {
				t.Errorf("after %d: %d events, %v", after, len(got), err)
			}
		}
		if last, err := s.LastEvent(ctx, sch.UID); err != nil || last != 2 {
			t.Errorf("the last event is %d, %v", last, err)
		}
		_, err = s.Events(ctx, sch.UID, 3, 0)
		wantKind(t, "from the future", err, fault.Conflict)
	})
}

func TestTrimmedEventsAreReported(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{EventsKept: 10})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{})
		create(t, s, sch.UID, job)
		// Redis trims whole nodes of its streams, of a hundred events.
		for revision := range int64(500) {
			commit(t, s, sch.UID, change(job.ID, revision+1, store.JobStatus{State: scheduler.Queued}))
		}
		_, err := s.Events(ctx, sch.UID, 5, 0)
		wantKind(t, "after a trimmed one", err, fault.Conflict)
		got, err := s.Events(ctx, sch.UID, 495, 0)
		must(t, err)
		if len(got) != 6 || got[0].ID != 496 || got[5].Revision != 501 {
			t.Errorf("the newest: %+v", got)
		}
	})
}

// next waits for what a channel yields.
func next(t *testing.T, changes <-chan string) string {
	t.Helper()
	select {
	case uid, ok := <-changes:
		if !ok {
			t.Fatal("the changes have ended")
		}
		return uid
	case <-time.After(10 * time.Second):
		t.Fatal("no change was told")
	}
	return ""
}

// await reads until something is told; what else was told before does not matter, since tests share servers.
func await(t *testing.T, changes <-chan string, want string) {
	t.Helper()
	for next(t, changes) != want {
	}
}

func TestChanges(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		writer := open(store.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		changes := open(store.Options{}).Changes(ctx)
		await(t, changes, "")
		sch := newScheduler(t, writer)
		await(t, changes, sch.UID)
		job := newJob(sch, scheduler.Job{})
		create(t, writer, sch.UID, job)
		await(t, changes, sch.UID)
		cancel()
		for range changes {
		}
	})
}

func TestLease(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, a, b := t.Context(), open(store.Options{}), open(store.Options{})
		uid := store.NewUID()
		mine, ok, err := a.AcquireLease(ctx, uid, "a", time.Minute)
		if err != nil || !ok || mine.Fence < 1 {
			t.Fatal(mine, ok, err)
		}
		if got, ok, err := b.AcquireLease(ctx, uid, "b", time.Minute); err != nil || ok {
			t.Errorf("b got %v, %v, %v", got, ok, err)
		}
		again, ok, err := a.AcquireLease(ctx, uid, "a", time.Minute)
		if err != nil || !ok || again.Fence <= mine.Fence {
			t.Errorf("again: %v, %v, %v", again, ok, err)
		}
		if ok, err := a.Renew(ctx, mine, time.Minute); err != nil || !ok {
			t.Errorf("renew: %v, %v", ok, err)
		}
		if ok, err := b.Renew(ctx, store.Lease{UID: uid, Owner: "b"}, time.Minute); err != nil || ok {
			t.Errorf("b renews: %v, %v", ok, err)
		}
		must(t, b.Release(ctx, store.Lease{UID: uid, Owner: "b"}))

		// It ends by itself.
		if ok, err := a.Renew(ctx, mine, 50*time.Millisecond); err != nil || !ok {
			t.Fatal(ok, err)
		}
		deadline := time.Now().Add(10 * time.Second)
		for {
			got, ok, err := b.AcquireLease(ctx, uid, "b", time.Minute)
			must(t, err)
			if ok {
				if got.Fence <= again.Fence {
					t.Errorf("fence %d after %d", got.Fence, again.Fence)
				}
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the lease does not end")
			}
		}
		if ok, err := a.Renew(ctx, mine, time.Minute); err != nil || ok {
			t.Errorf("a renews what it has lost: %v, %v", ok, err)
		}
		must(t, b.Release(ctx, store.Lease{UID: uid, Owner: "b"}))
		if got, ok, err := a.AcquireLease(ctx, uid, "a", time.Minute); err != nil || !ok || got.Fence <= again.Fence {
			t.Errorf("after release: %v, %v, %v", got, ok, err)
		}
		_, _, err = a.AcquireLease(ctx, uid, "", time.Minute)
		wantKind(t, "no owner", err, fault.Invalid)
		_, _, err = a.AcquireLease(ctx, strings.Repeat("x", 9), "a", time.Minute)
		wantKind(t, "no uid", err, fault.Invalid)
	})
}
