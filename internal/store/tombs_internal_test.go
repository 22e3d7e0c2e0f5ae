package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestOnlyKeysAreRememberedForEver deletes jobs, and lets their time go by.
func TestOnlyKeysAreRememberedForEver(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := openAt(t, filepath.Join(t.TempDir(), "store"))
	defer s.Close()
	sch, err := s.CreateScheduler(ctx, Scheduler{Name: "pool", Type: "local"})
	if err != nil {
		t.Fatal(err)
	}
	gone := func(key string) string {
		t.Helper()
		id := JobID(sch.UID, key, time.Now())
		job := Job{ID: id, Spec: scheduler.Job{Command: "x", Key: key}, Status: JobStatus{State: scheduler.Failed}}
		if _, err := s.Create(ctx, sch.UID, []Creation{{Job: job}}, time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteJob(ctx, id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	keyed, old := gone("k"), gone("")
	tombs := s.client.ZRangeWithScores(ctx, slot(sch.UID)+"tombs", 0, -1).Val()
	for _, tomb := range tombs {
		until := time.UnixMilli(int64(tomb.Score))
		if left := time.Until(until); tomb.Member == jobTail(old) && (left < remembered-time.Hour || left > remembered) || tomb.Member == jobTail(keyed) && left < 100*remembered {
			t.Errorf("%v is remembered until %v", tomb.Member, until)
		}
	}
	// As if its time were up: the next deletion forgets it.
	past := tombs[0]
	past.Score = float64(time.Now().Add(-time.Second).UnixMilli())
	if past.Member != jobTail(old) || s.client.ZAdd(ctx, slot(sch.UID)+"tombs", past).Err() != nil {
		t.Fatalf("%v is the first to be forgotten", past.Member)
	}
	fresh := gone("")
	got, err := s.Deleted(ctx, sch.UID, []string{keyed, old, fresh})
	if err != nil || !got[keyed] || got[old] || !got[fresh] {
		t.Errorf("%v, %v", got, err)
	}
}
