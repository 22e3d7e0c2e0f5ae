package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestHookCursor(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		uid, hook := newScheduler(t, s).UID, "results: über"
		at := func(want store.EventID, there bool) {
			t.Helper()
			if got, ok, err := s.HookCursor(ctx, uid, hook); err != nil || got != want || ok != there {
				t.Errorf("cursor %d, %v, %v, want %d, %v", got, ok, err, want, there)
			}
		}
		at(0, false)
		must(t, s.SetHookCursor(ctx, uid, hook, 0, 0, nil))
		at(0, true)
		mine, ok, err := s.AcquireNamedLease(ctx, uid, store.HookLease(hook), "one", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		must(t, s.SetHookCursor(ctx, uid, hook, mine.Fence, 7, nil))
		at(7, true)
		must(t, s.Release(ctx, mine))
		theirs, ok, err := s.AcquireNamedLease(ctx, uid, store.HookLease(hook), "two", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		late := []store.Letter{{ID: "9", Event: store.Event{ID: 9}}}
		wantKind(t, "behind the fence", s.SetHookCursor(ctx, uid, hook, mine.Fence, 9, late), fault.Conflict)
		at(7, true)
		if letters, _, err := s.DueLetters(ctx, uid, hook, time.Now(), 0); err != nil || len(letters) != 0 {
			t.Errorf("letters of who was late: %v, %v", letters, err)
		}
		must(t, s.SetHookCursor(ctx, uid, hook, theirs.Fence, 8, nil))
		at(8, true)
		// Nor does who was late settle what the other has to tell again.
		waits := store.Letter{ID: "8", Event: store.Event{ID: 8}, Due: time.Now().Add(-time.Second)}
		must(t, s.SetHookCursor(ctx, uid, hook, theirs.Fence, 8, []store.Letter{waits}))
		for _, verdict := range [][2]bool{{true, false}, {false, true}, {false, false}} {
			wantKind(t, "settled behind the fence", s.SettleLetter(ctx, uid, hook, mine.Fence, waits, verdict[0], verdict[1]), fault.Conflict)
		}
		if letters, _, err := s.DueLetters(ctx, uid, hook, time.Now(), 0); err != nil || len(letters) != 1 {
			t.Errorf("after who was late: %v, %v", letters, err)
		}
		must(t, s.SettleLetter(ctx, uid, hook, theirs.Fence, waits, true, false))
		wantKind(t, "no name", s.SetHookCursor(ctx, uid, "", 0, 1, nil), fault.Invalid)
		wantKind(t, "a letter without an ID", s.SetHookCursor(ctx, uid, hook, 0, 1, []store.Letter{{}}), fault.Invalid)
	})
}

func TestLetters(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		uid, hook, now := sch.UID, "h", time.Now().UTC().Truncate(time.Millisecond)
		letter := func(id string, n store.EventID, due time.Duration) store.Letter {
			e := store.Event{ID: n, SchedulerUID: uid, Job: "j", Revision: 3, State: scheduler.Failed, Reason: "x", Exit: &scheduler.Exit{Code: 2}, Time: now}
			return store.Letter{ID: id, Event: e, Attempts: 1, Reason: "the handler panicked", Due: now.Add(due)}
		}
		a, b, c := letter("3", 3, -time.Minute), letter("4", 4, -time.Second), letter("ended:j", 0, time.Hour)
		must(t, s.SetHookCursor(ctx, uid, hook, 0, 4, []store.Letter{b, c, a}))
		must(t, s.SetHookCursor(ctx, uid, hook, 0, 4, []store.Letter{b, c, a})) // as if the answer had been lost
		due := func(limit int, next time.Time, want ...store.Letter) {
			t.Helper()
			got, then, err := s.DueLetters(ctx, uid, hook, now, limit)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("due (-want +got):\n%s", diff)
			}
			if !then.Equal(next) {
				t.Errorf("the next is due %v, want %v", then, next)
			}
		}
		dead := func(want ...store.Letter) {
			t.Helper()
			got, err := s.DeadLetters(ctx, uid, hook, "", 0)
			must(t, err)
			if diff := cmp.Diff(want, append([]store.Letter(nil), got...)); diff != "" {
				t.Errorf("dead (-want +got):\n%s", diff)
			}
		}
		due(0, c.Due, a, b)
		due(1, b.Due, a)
		a.Attempts, a.Reason, a.Due = 2, "again", now.Add(time.Minute)
		must(t, s.SettleLetter(ctx, uid, hook, 0, a, false, false))
		must(t, s.SettleLetter(ctx, uid, hook, 0, b, true, false))
		due(0, a.Due)
		must(t, s.SettleLetter(ctx, uid, hook, 0, b, false, false)) // somebody else has settled it
		due(0, a.Due)
		dead()
		a.Attempts = 10
		for range 2 {
			must(t, s.SettleLetter(ctx, uid, hook, 0, a, false, true))
		}
		must(t, s.SettleLetter(ctx, uid, hook, 0, c, false, true))
		due(0, time.Time{})
		gone, goneC := a, c
		gone.Due, goneC.Due = time.Time{}, time.Time{}
		dead(gone, goneC)
		if page, err := s.DeadLetters(ctx, uid, hook, "3", 1); err != nil || len(page) != 1 || page[0].ID != c.ID {
			t.Errorf("the next page: %v, %v", page, err)
		}

		for range 2 {
			must(t, s.Redeliver(ctx, uid, hook, a.ID))
		}
		dead(goneC)
		got, next, err := s.DueLetters(ctx, uid, hook, now, 0)
		if err != nil || len(got) != 1 || got[0].Attempts != 0 || got[0].Reason != "" || got[0].Event.ID != 3 || !next.IsZero() {
			t.Errorf("delivered again: %+v, %v, %v", got, next, err)
		}
		must(t, s.DropDead(ctx, uid, hook, c.ID))
		dead()
		wantKind(t, "drop once more", s.DropDead(ctx, uid, hook, c.ID), fault.NotFound)
		wantKind(t, "deliver what was dropped", s.Redeliver(ctx, uid, hook, c.ID), fault.NotFound)

		// All of it goes with the scheduler.
		must(t, s.DeleteScheduler(ctx, sch.Name, 0))
		if _, ok, err := s.HookCursor(ctx, uid, hook); ok || err != nil {
			t.Errorf("the cursor is left: %v, %v", ok, err)
		}
		due(0, time.Time{})
	})
}

func TestHealth(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		a, b := newScheduler(t, s).UID, newScheduler(t, s).UID
		now := time.Now().UTC().Truncate(time.Millisecond)
		lease, ok, err := s.AcquireLease(ctx, a, "one", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		changes := s.Changes(ctx)
		await(t, changes, "")
		silent := store.Health{Heard: now.Add(-time.Minute), Since: now, Reason: "connection refused\n"}
		must(t, s.SetHealth(ctx, a, lease.Fence, silent))
		await(t, changes, a)
		wantKind(t, "behind the fence", s.SetHealth(ctx, a, lease.Fence+1, store.Health{Heard: now}), fault.Conflict)
		never := store.Health{Since: now, Reason: "no route"}
		must(t, s.SetHealth(ctx, b, 0, never))
		got, err := s.Health(ctx, []string{a, b, store.NewUID()})
		must(t, err)
		if diff := cmp.Diff(map[string]store.Health{a: silent, b: never}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		must(t, s.SetHealth(ctx, a, lease.Fence, store.Health{Heard: now}))
		if got, err := s.Health(ctx, []string{a}); err != nil || got[a] != (store.Health{Heard: now}) {
			t.Errorf("well again: %+v, %v", got, err)
		}
	})
}

func TestNamedLeases(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		uid := store.NewUID()
		for _, name := range []string{"", "sweep", store.HookLease("a"), store.HookLease("b")} {
			fence := int64(0)
			for range 2 {
				l, ok, err := s.AcquireNamedLease(ctx, uid, name, "me", time.Minute)
				if err != nil || !ok || l.Fence <= fence || l.Name != name {
					t.Errorf("%q: %+v, %v, %v", name, l, ok, err)
				}
				fence = l.Fence
			}
			if _, ok, err := s.AcquireNamedLease(ctx, uid, name, "you", time.Minute); ok || err != nil {
				t.Errorf("%q is given twice: %v", name, err)
			}
		}
		must(t, s.Release(ctx, store.Lease{UID: uid, Name: "sweep", Owner: "me"}))
		if _, ok, err := s.AcquireNamedLease(ctx, uid, "sweep", "you", time.Minute); !ok || err != nil {
			t.Errorf("after release: %v, %v", ok, err)
		}
	})
}
