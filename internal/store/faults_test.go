package store_test

import (
	"context"
	"errors"
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

// kept is a scheduler with a job.
func kept(t *testing.T, s *store.Store) (store.Scheduler, store.Job) {
	t.Helper()
	sch := newScheduler(t, s)
	job := newJob(sch, scheduler.Job{User: "ada"})
	create(t, s, sch.UID, job)
	job.Revision = 1
	return sch, job
}

// wantEvents counts those of a scheduler's stream, all of them kept.
func wantEvents(t *testing.T, s *store.Store, sch store.Scheduler, want int) {
	t.Helper()
	events, err := s.Events(t.Context(), sch.UID, 0, 1000)
	if err != nil || len(events) != want {
		t.Errorf("%d events, %v, want %d", len(events), err, want)
	}
}

func TestRedisStopsAndStarts(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--appendonly", "yes", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url() + "?max_retries=1"})
	sch, job := kept(t, s)
	for _, signal := range []string{"TERM", "KILL"} {
		r.kill(signal)
		refused(t, s, sch, job, "after "+signal, fault.Unavailable)
		_, err := s.Job(t.Context(), job.ID)
		wantKind(t, "read", err, fault.Unavailable)
		r.start()
		r.until("the pool of connections is well again", func() bool { return s.Ping(t.Context()) == nil })
		if got, err := s.Job(t.Context(), job.ID); err != nil || got.Revision != 1 {
			t.Errorf("after the start: %+v, %v", got, err)
		}
		create(t, s, sch.UID, newJob(sch, scheduler.Job{}))
	}
	wantEvents(t, s, sch, 3)
}

// TestRedisIsKilledUnderWriters kills it again and again; who got no answer asks again with the same key.
func TestRedisIsKilledUnderWriters(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--appendonly", "yes", "--appendfsync", "always", "--save", "")
	s := mustOpen(t, store.Options{URL: r.url() + "?max_retries=1"})
	sch := newScheduler(t, s)
	const writers, each = 8, 60
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				c := []store.Creation{{Job: keyedJob(sch, fmt.Sprint(w, "/", i), scheduler.Job{User: "ada"})}}
				for {
					made, err := s.Create(t.Context(), sch.UID, c, time.Now())
					if err == nil && made[0].Err == nil {
						break
					}
					if err == nil || !errors.Is(err, fault.Unavailable) {
						t.Errorf("create: %v, %v", made, err)
						return
					}
				}
			}
		})
	}
	for range 3 {
		before, err := r.admin.Keys(t.Context(), "*job:*").Result()
		must(t, err)
		r.until("more jobs are there", func() bool {
			now, err := r.admin.Keys(t.Context(), "*job:*").Result()
			return err == nil && (len(now) > len(before)+20 || len(now) == writers*each)
		})
		r.kill("KILL")
		r.start()
	}
	all.Wait()
	usage, err := s.Usage(t.Context(), sch.UID, []string{"ada"})
	must(t, err)
	active, err := s.ActiveCount(t.Context(), []string{sch.UID})
	must(t, err)
	if usage["ada"].Jobs != writers*each || active[sch.UID] != writers*each {
		t.Errorf("%v counted, %v there, of %d", usage, active, writers*each)
	}
	wantEvents(t, s, sch, writers*each)
}

func TestRedisHangs(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch, job := kept(t, s)
	impatient := mustOpen(t, store.Options{URL: r.url() + "?read_timeout=300ms&dial_timeout=300ms&max_retries=1"})
	r.signal("STOP")
	refused(t, impatient, sch, job, "hanging", fault.Unavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	late := keyedJob(sch, "late", scheduler.Job{})
	_, err := s.Create(ctx, sch.UID, []store.Creation{{Job: late}}, time.Now())
	wantKind(t, "whose caller does not wait", err, fault.Timeout)
	r.signal("CONT")
	// What was sent is done now, or is not; asking again makes one of it.
	r.until("it answers", func() bool { return s.Ping(t.Context()) == nil })
	if made := createOne(t, s, store.Creation{Job: late}); made.Err != nil {
		t.Error(made.Err)
	}
	names := map[string]int{}
	jobs, err := s.Active(t.Context(), sch.UID, "", 0)
	must(t, err)
	for _, j := range jobs {
		names[j.Spec.Key]++
	}
	if names["late"] != 1 {
		t.Errorf("jobs %v", names)
	}
	wantEvents(t, s, sch, int(must1(s.LastEvent(t.Context(), sch.UID))(t)))
}

func must1[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T { t.Helper(); must(t, err); return v }
}

func TestRedisIsSlow(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	m := newMiddle(t, r.address)
	s := mustOpen(t, store.Options{URL: m.url()})
	m.delay.Store(int64(200 * time.Millisecond))
	sch, job := kept(t, s)
	commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Succeeded}))
	wantEvents(t, s, sch, 2)
}

// TestAnswersGetLost cuts connections between what was done and its answer.
func TestAnswersGetLost(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	m := newMiddle(t, r.address)
	s := mustOpen(t, store.Options{URL: m.url() + "?max_retries=2"})
	sch, job := kept(t, s)
	commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Queued}))

	m.cutAfter.Store("evalsha")
	lose := func(n int) { m.cut.Store(int64(n)) }
	lose(2)
	c := store.Creation{Job: keyedJob(sch, "k", scheduler.Job{User: "ada"}), Quotas: []store.Quota{{Of: "ada", Jobs: 2}}}
	if made := createOne(t, s, c); made.Existing || made.Err != nil {
		t.Errorf("whose answers were lost twice: %+v", made)
	}
	lose(1)
	commit(t, s, sch.UID, change(job.ID, 2, store.JobStatus{State: scheduler.Running}))
	lose(1)
	must(t, s.SetHookCursor(t.Context(), sch.UID, "h", 0, 1, []store.Letter{{ID: "1"}}))
	wantEvents(t, s, sch, 4)

	// All of them: the caller does not know, asks again, and learns that it is there.
	lose(1 << 20)
	c = store.Creation{Job: keyedJob(sch, "k2", scheduler.Job{User: "ben"}), Quotas: []store.Quota{{Of: "ben", Jobs: 1}}}
	_, err := s.Create(t.Context(), sch.UID, []store.Creation{c}, time.Now())
	wantKind(t, "without any answer", err, fault.Unavailable)
	lose(0)
	if made := createOne(t, s, c); !made.Existing || made.Err != nil {
		t.Errorf("asked again: %+v", made)
	}
	wantEvents(t, s, sch, 5)
}

func TestRedisIsFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "", "--maxmemory-policy", "noeviction")
	s := mustOpen(t, store.Options{URL: r.url()})
	sch, job := kept(t, s)
	over := newJob(sch, scheduler.Job{})
	create(t, s, sch.UID, over)
	end(t, s, over.ID, scheduler.Failed)
	before := r.content()
	r.set("maxmemory", "1")
	refused(t, s, sch, job, "out of memory", fault.Exhausted)
	if diff := cmp.Diff(before, r.content()); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
	if _, err := s.Job(t.Context(), job.ID); err != nil {
		t.Errorf("read: %v", err)
	}
	// Room can be made by deleting.
	if err := s.DeleteJob(t.Context(), over.ID); err != nil {
		t.Errorf("delete: %v", err)
	}
	r.set("maxmemory", "0")
	create(t, s, sch.UID, newJob(sch, scheduler.Job{}))
}

// TestAnotherHandInOurKeys puts something of the wrong type under each kind of key in turn. The fault names the key, and nothing is written.
func TestAnotherHandInOurKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, "--save", "")
	s := mustOpen(t, store.Options{URL: r.url()})
	ctx := t.Context()
	sch, job := kept(t, s)
	over := newJob(sch, scheduler.Job{User: "ada", Name: "flood", Groups: []string{"g"}, Labels: map[string]string{"a": "b"}, Array: &scheduler.Array{Count: 4}})
	over.Status.Native = "7"
	create(t, s, sch.UID, over)
	commit(t, s, sch.UID, change(over.ID, 1, store.JobStatus{State: scheduler.Failed}, store.TaskChange{First: 1, State: scheduler.Failed, Detail: store.TaskDetail{Reason: "x"}}))
	must(t, s.SetHookCursor(ctx, sch.UID, "h", 0, 1, []store.Letter{{ID: "1"}, {ID: "2"}}))
	must(t, s.SettleLetter(ctx, sch.UID, "h", 0, store.Letter{ID: "2"}, false, true))
	gone := newJob(sch, scheduler.Job{})
	create(t, s, sch.UID, gone)
	end(t, s, gone.ID, scheduler.Failed)
	must(t, s.DeleteJob(ctx, gone.ID))

	twin := func() store.Job {
		j := over
		j.ID = store.JobID(sch.UID, "", time.Now())
		return j
	}
	verbs := map[string]func() error{
		"create": func() error {
			_, err := s.Create(ctx, sch.UID, []store.Creation{{Job: twin()}}, time.Now())
			return err
		},
		"create again": func() error {
			_, err := s.Create(ctx, sch.UID, []store.Creation{{Job: twin()}, {Job: over}}, time.Now())
			return err
		},
		"commit": func() error {
			b := change(job.ID, 1, store.JobStatus{State: scheduler.Cancelled, Native: "8"}, store.TaskChange{State: scheduler.Failed})
			b.Changes = append(b.Changes, change(over.ID, 2, store.JobStatus{State: scheduler.Failed}, store.TaskChange{First: 2, State: scheduler.Failed, Detail: store.TaskDetail{Reason: "y"}}).Changes...)
			_, err := s.Commit(ctx, sch.UID, b)
			return err
		},
		"delete": func() error { return s.DeleteJob(ctx, over.ID) },
		"health": func() error { return s.SetHealth(ctx, sch.UID, 0, store.Health{Heard: time.Now()}) },
		"hook":   func() error { return s.SetHookCursor(ctx, sch.UID, "h", 0, 2, []store.Letter{{ID: "1"}}) },
		"letter": func() error { return s.SettleLetter(ctx, sch.UID, "h", 0, store.Letter{ID: "1"}, false, true) },
		"job":    func() error { _, err := s.Job(ctx, over.ID); return err },
		"native": func() error { _, err := s.JobByNative(ctx, sch.UID, "7"); return err },
		"tasks":  func() error { _, err := s.Tasks(ctx, over.ID, 0, 4); return err },
		"active": func() error { _, err := s.Active(ctx, sch.UID, "", 0); return err },
		"list": func() error {
			_, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: []string{sch.UID}, Labels: map[string]string{"a": "b"}, Name: "flood", Group: "g", User: "ada"})
			return err
		},
		"listAll": func() error {
			_, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: []string{sch.UID}})
			return err
		},
		"ended":   func() error { _, err := s.Ended(ctx, sch.UID, time.Time{}, "", 0); return err },
		"usage":   func() error { _, err := s.Usage(ctx, sch.UID, []string{""}); return err },
		"deleted": func() error { _, err := s.Deleted(ctx, sch.UID, []string{gone.ID}); return err },
		"events":  func() error { _, err := s.Events(ctx, sch.UID, 0, 0); return err },
		"cursor":  func() error { _, err := s.Cursor(ctx, sch.UID); return err },
		"hooks":   func() error { _, _, err := s.HookCursor(ctx, sch.UID, "h"); return err },
		"due":     func() error { _, _, err := s.DueLetters(ctx, sch.UID, "h", time.Now(), 0); return err },
		"dead":    func() error { _, err := s.DeadLetters(ctx, sch.UID, "h", "", 0); return err },
		"lease":   func() error { _, _, err := s.AcquireLease(ctx, sch.UID, "me", time.Minute); return err },
		"witness": func() error { _, _, err := s.Witness(ctx, sch.UID, store.Witness{}); return err },
		"heard":   func() error { _, err := s.Health(ctx, []string{sch.UID}); return err },
	}
	whole := r.dumps()
	for key := range whole {
		if !strings.HasPrefix(key, "oceanid:{"+sch.UID+"}:") || key == "oceanid:{"+sch.UID+"}:spec:"+job.ID {
			continue
		}
		met := 0
		for verb, do := range verbs {
			spoil(t, r, key)
			before := r.content()
			err := do()
			if err != nil {
				met++
				wantKind(t, key+": "+verb, err, fault.Internal)
				if !strings.Contains(err.Error(), key) {
					t.Errorf("%s: %s does not name it: %v", key, verb, err)
				}
				// A lease ends by itself, and a witness changes nothing that anybody goes by.
				if diff := cmp.Diff(before, r.content()); diff != "" && verb != "lease" && verb != "witness" {
					t.Errorf("%s: %s has written something (-before +after):\n%s", key, verb, diff)
				}
			}
			r.restore(whole)
		}
		if met == 0 {
			t.Errorf("%s: nobody notices", key)
		}
	}
}

// spoil puts something under a key that is never there: a list.
func spoil(t *testing.T, r *rig, key string) {
	t.Helper()
	_, err := r.admin.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.Del(t.Context(), key)
		p.RPush(t.Context(), key, "mine")
		return nil
	})
	must(t, err)
}
