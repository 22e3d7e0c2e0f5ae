package store_test

import (
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestNoFenceIsGivenTwice has a Redis forget that somebody got a lease, who has not noticed: what he writes must not pass for the next one's.
func TestNoFenceIsGivenTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch, job := kept(t, s)
	before := r.dumps()
	old, ok, err := s.AcquireLease(t.Context(), sch.UID, "old", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	r.restore(before)
	now, ok, err := s.AcquireLease(t.Context(), sch.UID, "new", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	late := change(job.ID, 1, store.JobStatus{State: scheduler.Running})
	late.Fence = old.Fence
	_, err = s.Commit(t.Context(), sch.UID, late)
	wantKind(t, "under a lease that the store has forgotten", err, fault.Conflict)
	late.Fence = now.Fence
	commit(t, s, sch.UID, late)
}

// TestDeleteSchedulerWhoseJobsWereDropped takes the records of jobs away, as a Redis does that drops keys when its memory is full.
func TestDeleteSchedulerWhoseJobsWereDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch := newScheduler(t, s)
	for range 3 {
		job := newJob(sch, scheduler.Job{User: "ada"})
		create(t, s, sch.UID, job)
		end(t, s, job.ID, scheduler.Failed)
		must(t, r.admin.Del(t.Context(), "oceanid:{"+sch.UID+"}:job:"+job.ID).Err())
	}
	must(t, s.DeleteScheduler(t.Context(), sch.Name, 0))
	if n, err := r.admin.ZCard(t.Context(), "oceanid:{"+sch.UID+"}:ix:all").Result(); err != nil || n != 0 {
		t.Errorf("%d jobs are still listed, %v", n, err)
	}
}
