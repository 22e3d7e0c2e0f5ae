package store

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestCreationsShareTheirSync holds up the disk: what is asked for meanwhile is executed and appended, and all of it waits for one sync.
func TestCreationsShareTheirSync(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sch, err := s.CreateScheduler(t.Context(), Scheduler{Name: "pool", Type: "local"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(key string) {
		made, err := s.Create(t.Context(), sch.UID, []Creation{{Job: Job{ID: JobID(sch.UID, key, time.Now()), Spec: scheduler.Job{Command: "true", Key: key}}}}, time.Now())
		if err != nil || made[0].Err != nil || made[0].Existing {
			t.Errorf("create %s: %+v, %v", key, made, err)
		}
	}
	ask("the script is known from now on")

	const writers = 8
	j := s.local.owner.front.journal
	before := j.appended.Load()
	j.syncing.Lock()
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() { ask(fmt.Sprint(i)) })
	}
	for deadline := time.Now().Add(30 * time.Second); j.appended.Load() < before+writers; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%d of %d creations were appended while the disk was busy", j.appended.Load()-before, writers)
			break
		}
	}
	if j.synced.Load() > before {
		t.Error("something was acknowledged that is not on the disk")
	}
	j.syncing.Unlock()
	all.Wait()
	if j.synced.Load() < before+writers {
		t.Errorf("acknowledged up to %d, on the disk up to %d", before+writers, j.synced.Load())
	}
}
