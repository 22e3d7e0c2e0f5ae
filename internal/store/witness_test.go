package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestWitnessOfAStoreThatGoesOn(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{EventsKept: 50})
		sch := newScheduler(t, s)
		seen := look(t, s, sch, store.Witness{}, false)
		for range 5 {
			jobs := make([]store.Job, 20)
			for i := range jobs {
				jobs[i] = newJob(sch, scheduler.Job{})
			}
			create(t, s, sch.UID, jobs...)
			seen = look(t, s, sch, seen, false)
		}
	})
}

func look(t *testing.T, s *store.Store, sch store.Scheduler, before store.Witness, want bool) store.Witness {
	t.Helper()
	now, back, err := s.Witness(t.Context(), sch.UID, before)
	must(t, err)
	if back != want {
		t.Errorf("it went back: %v, want %v (from %+v to %+v)", back, want, before, now)
	}
	return now
}

// lost is what remains to be done about a job that the store has lost: whoever asks for it again, or finds it, gets the same one.
func lost(t *testing.T, s *store.Store, sch store.Scheduler, seen store.Witness, kept, lost store.Job) {
	t.Helper()
	now := look(t, s, sch, seen, true)
	look(t, s, sch, now, false)
	known, err := s.Known(t.Context(), sch.UID, []string{kept.ID, lost.ID})
	must(t, err)
	if !known[kept.ID] || known[lost.ID] {
		t.Errorf("known %v, want %s and not %s", known, kept.ID, lost.ID)
	}
	again := keyedJob(sch, lost.Spec.Key, lost.Spec)
	if again.ID != lost.ID {
		t.Errorf("asked for again it is %s, and was %s", again.ID, lost.ID)
	}
	if made := createOne(t, s, store.Creation{Job: again, Adopt: true}); made.Err != nil || made.Existing {
		t.Errorf("found again: %+v", made)
	}
	if made := createOne(t, s, store.Creation{Job: again}); made.Err != nil || !made.Existing {
		t.Errorf("asked for after it was found: %+v", made)
	}
}

func TestRedisLostItsLastSecond(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch := newScheduler(t, s)
	kept, gone := keyedJob(sch, "kept", scheduler.Job{}), keyedJob(sch, "gone", scheduler.Job{})
	create(t, s, sch.UID, kept)
	file := r.sh("ls " + r.dir() + "/appendonlydir/*.incr.aof")
	size := r.sh("stat -c %s " + file)
	seen := look(t, s, sch, store.Witness{}, false) // it does not see what comes now
	create(t, s, sch.UID, gone)
	r.kill("KILL")
	// A machine that loses its power keeps a part of what was not synced, cut off anywhere: here in the middle of the command that made the job.
	r.in("truncate", "-s", "+0", file)
	r.sh("truncate -s $((" + size + " + 600)) " + file)
	r.start()
	// So does one notice who has seen nothing, as long as nobody has asked the pool.
	look(t, s, sch, store.Witness{}, true)
	server, err := s.Server(t.Context(), sch.UID)
	must(t, err)
	must(t, s.Reconciled(t.Context(), sch.UID, server))
	look(t, s, sch, store.Witness{}, false)
	lost(t, s, sch, seen, kept, gone)
}

func TestRedisWasRestartedAndLostNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch := newScheduler(t, s)
	job := keyedJob(sch, "k", scheduler.Job{})
	create(t, s, sch.UID, job)
	seen := look(t, s, sch, store.Witness{}, false)
	r.kill("KILL")
	r.start()
	// Nobody can know that nothing was lost.
	look(t, s, sch, seen, true)
	if known, err := s.Known(t.Context(), sch.UID, []string{job.ID}); err != nil || !known[job.ID] {
		t.Errorf("known %v, %v", known, err)
	}
}

func TestAnOldCopyWasBroughtBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--appendonly", "no", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch := newScheduler(t, s)
	kept, gone := keyedJob(sch, "kept", scheduler.Job{}), keyedJob(sch, "gone", scheduler.Job{})
	create(t, s, sch.UID, kept)
	must(t, r.admin.Save(t.Context()).Err())
	create(t, s, sch.UID, gone)
	end(t, s, kept.ID, scheduler.Succeeded)
	seen := look(t, s, sch, store.Witness{}, false)
	events, err := s.LastEvent(t.Context(), sch.UID)
	must(t, err)
	r.kill("KILL")
	r.start()
	_, err = s.Events(t.Context(), sch.UID, events, 0)
	wantKind(t, "the events after one that is to come", err, fault.Conflict)
	lost(t, s, sch, seen, kept, gone)
}

// TestTheSameServerWithAnotherPast has no restart to go by.
func TestTheSameServerWithAnotherPast(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch := newScheduler(t, s)
	kept, gone := keyedJob(sch, "kept", scheduler.Job{}), keyedJob(sch, "gone", scheduler.Job{})
	create(t, s, sch.UID, kept)
	look(t, s, sch, store.Witness{}, false)
	old := r.dumps()
	create(t, s, sch.UID, gone)
	seen := look(t, s, sch, store.Witness{}, false)

	r.restore(old)
	lost(t, s, sch, seen, kept, gone)

	// It has gone on since, and has as many events as before.
	r.restore(old)
	create(t, s, sch.UID, keyedJob(sch, "another", scheduler.Job{}))
	look(t, s, sch, seen, true)

	must(t, r.admin.FlushAll(t.Context()).Err())
	now := look(t, s, sch, seen, true)
	look(t, s, sch, now, false)
	_, err := s.Job(t.Context(), kept.ID)
	wantKind(t, "a job of before", err, fault.NotFound)
}

func TestAReplicaThatWasBehindTookOver(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{})
	first := rigIn(t, l, 6400, "--save", "")
	second := rigIn(t, l, 6401, "--save", "", "--replicaof", l.Addr()+" 6400")
	m := newMiddle(t, first.address)
	s := mustOpen(t, store.Options{URL: m.url()})
	sch := newScheduler(t, s)
	kept, gone := keyedJob(sch, "kept", scheduler.Job{}), keyedJob(sch, "gone", scheduler.Job{})
	create(t, s, sch.UID, kept)
	second.until("the replica has it", func() bool {
		return second.admin.Exists(t.Context(), "oceanid:{"+sch.UID+"}:job:"+kept.ID).Val() == 1
	})

	// Somebody reads and writes at a replica.
	replica := mustOpen(t, store.Options{URL: second.url()})
	if got, err := replica.Job(t.Context(), kept.ID); err != nil || got.ID != kept.ID {
		t.Errorf("read at a replica: %v", err)
	}
	refused(t, replica, sch, store.Job{ID: kept.ID, Revision: 1}, "a replica", fault.Unavailable)

	must(t, second.admin.ReplicaOf(t.Context(), "NO", "ONE").Err())
	create(t, s, sch.UID, gone)
	seen := look(t, s, sch, store.Witness{}, false)
	m.target.Store(&second.address)
	first.kill("KILL")
	lost(t, s, sch, seen, kept, gone)
	if info := second.admin.Info(t.Context(), "replication").Val(); !strings.Contains(info, "role:master") {
		t.Errorf("%s", info)
	}
}

// TestOneOfManyLooksFirst lets several followers look at a store that nobody has looked at.
func TestOneOfManyLooksFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		a, b := open(store.Options{}), open(store.Options{})
		sch := newScheduler(t, a)
		mine, theirs := look(t, a, sch, store.Witness{}, false), look(t, b, sch, store.Witness{}, false)
		create(t, a, sch.UID, newJob(sch, scheduler.Job{Name: time.Now().String()}))
		look(t, a, sch, mine, false)
		look(t, b, sch, theirs, false)
	})
}
