package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestEnded(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var want []string
		for i := range 25 {
			j := newJob(sch, scheduler.Job{})
			create(t, s, sch.UID, j)
			if i%5 == 4 {
				continue // goes on
			}
			b := change(j.ID, 1, store.JobStatus{State: scheduler.Failed})
			b.Time = start.Add(time.Duration(i) * time.Minute)
			commit(t, s, sch.UID, b)
			// What is said later does not make the end later.
			b = change(j.ID, 2, store.JobStatus{State: scheduler.Failed, Reason: "late"})
			b.Time = start.Add(time.Hour)
			commit(t, s, sch.UID, b)
			want = append(want, j.ID)
		}
		read := func(since time.Time, limit int) (all []string) {
			t.Helper()
			for after := ""; ; after = all[len(all)-1] {
				page, err := s.Ended(ctx, sch.UID, since, after, limit)
				must(t, err)
				if len(page) == 0 {
					return all
				}
				all = append(all, ids(page)...)
			}
		}
		for _, limit := range []int{3, 0} {
			if diff := cmp.Diff(want, read(time.Time{}, limit)); diff != "" {
				t.Errorf("all (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want[8:], read(start.Add(10*time.Minute), limit)); diff != "" {
				t.Errorf("since (-want +got):\n%s", diff)
			}
		}
		before := func(at time.Time, after string, limit int) []string {
			t.Helper()
			page, err := s.EndedBefore(ctx, sch.UID, at, after, limit)
			must(t, err)
			return page
		}
		if diff := cmp.Diff(want[:8], before(start.Add(10*time.Minute), "", 0)); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		// A sweep that leaves every third job where it is meets all others once.
		var swept []string
		kept := ""
		for n := 0; ; {
			page := before(start.Add(10*time.Minute), kept, 2)
			if len(page) == 0 {
				break
			}
			for _, id := range page {
				if n++; n%3 == 0 {
					kept = id
					continue
				}
				must(t, s.DeleteJob(ctx, id))
				swept = append(swept, id)
			}
		}
		if want := slices.Concat(want[0:2], want[3:5], want[6:8]); !slices.Equal(swept, want) {
			t.Errorf("swept %v, want %v", swept, want)
		}
		// A place that is gone is the beginning.
		if got := before(start.Add(10*time.Minute), want[0], 0); len(got) != 2 {
			t.Errorf("after a deleted one: %v", got)
		}
	})
}

func TestDeletedAndKnown(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		here, gone, keyed := newJob(sch, scheduler.Job{}), newJob(sch, scheduler.Job{}), keyedJob(sch, "k", scheduler.Job{})
		create(t, s, sch.UID, here, gone, keyed)
		end(t, s, gone.ID, scheduler.Failed)
		end(t, s, keyed.ID, scheduler.Failed)
		must(t, s.DeleteJob(ctx, gone.ID))
		must(t, s.DeleteJob(ctx, keyed.ID))
		ask := []string{here.ID, gone.ID, keyed.ID, store.JobID(sch.UID, "", time.Now()), "", "nonsense"}
		deleted, err := s.Deleted(ctx, sch.UID, ask)
		must(t, err)
		if diff := cmp.Diff(map[string]bool{gone.ID: true, keyed.ID: true}, deleted); diff != "" {
			t.Errorf("deleted (-want +got):\n%s", diff)
		}
		known, err := s.Known(ctx, sch.UID, ask)
		must(t, err)
		if diff := cmp.Diff(map[string]bool{here.ID: true, gone.ID: true, keyed.ID: true}, known); diff != "" {
			t.Errorf("known (-want +got):\n%s", diff)
		}
		// It is not brought back by whoever finds it.
		wantKind(t, "adopted", createOne(t, s, store.Creation{Job: gone, Adopt: true}).Err, fault.Conflict)
		if n, err := s.Known(ctx, sch.UID, nil); err != nil || len(n) != 0 {
			t.Errorf("of none: %v, %v", n, err)
		}
	})
}
