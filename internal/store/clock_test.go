package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestTheClockIsSet makes jobs while the clock of the host goes back and forth. Their events come in the order in which things were done, every job is listed once, in pages
// as in one, and an end is found by when it is said to have been.
func TestTheClockIsSet(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		var made []string
		for _, off := range []time.Duration{0, time.Hour, -time.Hour, time.Millisecond, -25 * time.Hour, 0} {
			now := time.Now().Add(off)
			j := newJob(sch, scheduler.Job{})
			j.ID, j.Created = store.JobID(sch.UID, "", now), now
			answers, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: j}}, now)
			must(t, err)
			must(t, answers[0].Err)
			made = append(made, j.ID)
		}
		for i, id := range slices.Backward(made) {
			// They end in the other order, by clocks that are set as well.
			st := store.JobStatus{State: scheduler.Succeeded, Ended: time.Now().Add(time.Duration(i%3-1) * time.Hour)}
			commit(t, s, sch.UID, change(id, 1, st))
		}
		events, err := s.Events(t.Context(), sch.UID, 0, 100)
		must(t, err)
		if len(events) != 2*len(made) {
			t.Fatalf("%d events", len(events))
		}
		for i, id := range made {
			if events[i].Job != id || events[len(events)-1-i].Job != id {
				t.Errorf("event %d is of %s, and event %d of %s, not of %s", i, events[i].Job, len(events)-1-i, events[len(events)-1-i].Job, id)
			}
		}
		whole := listAll(t, s, store.JobQuery{SchedulerUIDs: []string{sch.UID}, Limit: 100}, func(int) {})
		paged := listAll(t, s, store.JobQuery{SchedulerUIDs: []string{sch.UID}, Limit: 2}, func(int) {})
		if !slices.Equal(whole, paged) || len(whole) != len(made) || len(slices.Compact(slices.Sorted(slices.Values(whole)))) != len(made) {
			t.Errorf("listed %q, in pages %q", whole, paged)
		}
		ended, err := s.Ended(t.Context(), sch.UID, time.Time{}, "", 100)
		must(t, err)
		if len(ended) != len(made) {
			t.Errorf("%d have ended", len(ended))
		}
		usage, err := s.Usage(t.Context(), sch.UID, []string{""})
		must(t, err)
		if usage[""].Jobs != 0 {
			t.Errorf("%+v are counted as not ended", usage)
		}
	})
}
