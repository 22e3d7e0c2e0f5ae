package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// keyedJob is a wish with a key.
func keyedJob(sch store.Scheduler, key string, spec scheduler.Job) store.Job {
	spec.Key = key
	j := newJob(sch, spec)
	j.ID = store.JobID(sch.UID, key, time.Now())
	return j
}

func createOne(t testing.TB, s *store.Store, c store.Creation) store.Created {
	t.Helper()
	made, err := s.Create(t.Context(), c.Job.SchedulerUID, []store.Creation{c}, time.Now())
	must(t, err)
	if len(made) != 1 || made[0].ID != c.Job.ID {
		t.Fatalf("created %+v of %s", made, c.Job.ID)
	}
	return made[0]
}

func end(t testing.TB, s *store.Store, id string, st scheduler.State) {
	t.Helper()
	j, err := s.Job(t.Context(), id)
	must(t, err)
	commit(t, s, j.SchedulerUID, change(id, j.Revision, store.JobStatus{State: st}))
}

func TestSameKeySameJob(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		asked := scheduler.Job{Command: "/bin/x", Inputs: []scheduler.Input{{Name: "in", Path: "/tmp/a", SHA256: "aa", Size: 3}}}
		first := createOne(t, s, store.Creation{Job: keyedJob(sch, "flood 7", asked)})
		if first.Existing || first.Err != nil {
			t.Fatalf("the first: %+v", first)
		}
		moved := scheduler.Job{Command: "/bin/x", Inputs: []scheduler.Input{{Name: "in", Path: "/elsewhere", SHA256: "aa", Size: 3}}}
		moved.Policy.QueueWait = time.Hour
		for name, spec := range map[string]scheduler.Job{"the same": asked, "inputs of the same content, another policy": moved} {
			if got := createOne(t, s, store.Creation{Job: keyedJob(sch, "flood 7", spec)}); !got.Existing || got.Err != nil || got.ID != first.ID {
				t.Errorf("%s: %+v", name, got)
			}
		}
		changed := scheduler.Job{Command: "/bin/x", Inputs: []scheduler.Input{{Name: "in", Path: "/tmp/a", SHA256: "bb", Size: 3}}}
		for name, spec := range map[string]scheduler.Job{"another command": {Command: "/bin/y"}, "inputs of other content": changed, "another user": {Command: "/bin/x", Inputs: asked.Inputs, User: "eve"}} {
			got := createOne(t, s, store.Creation{Job: keyedJob(sch, "flood 7", spec)})
			wantKind(t, name, got.Err, fault.Conflict)
			if !strings.Contains(fmt.Sprint(got.Err), first.ID) || !strings.Contains(fmt.Sprint(got.Err), `"flood 7"`) {
				t.Errorf("%s: %v does not name the key and the job", name, got.Err)
			}
		}
		// The same key is another wish elsewhere.
		other := newScheduler(t, s)
		if got := createOne(t, s, store.Creation{Job: keyedJob(other, "flood 7", asked)}); got.Existing || got.Err != nil || got.ID == first.ID {
			t.Errorf("at another scheduler: %+v", got)
		}
		// A key stays used after its job was deleted.
		end(t, s, first.ID, scheduler.Succeeded)
		if got := createOne(t, s, store.Creation{Job: keyedJob(sch, "flood 7", asked)}); !got.Existing {
			t.Errorf("after the end: %+v", got)
		}
		must(t, s.DeleteJob(t.Context(), first.ID))
		got := createOne(t, s, store.Creation{Job: keyedJob(sch, "flood 7", asked)})
		wantKind(t, "after it was deleted", got.Err, fault.Conflict)
		if !strings.Contains(fmt.Sprint(got.Err), "deleted") {
			t.Errorf("%v does not say that it was deleted", got.Err)
		}
		events, err := s.Events(t.Context(), sch.UID, 0, 0)
		must(t, err)
		if len(events) != 2 {
			t.Errorf("%d events, not one of the making and one of the end", len(events))
		}
	})
}

func TestSameKeyInOneCall(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		made, err := s.Create(t.Context(), sch.UID, []store.Creation{
			{Job: keyedJob(sch, "k", scheduler.Job{Command: "a"})}, {Job: keyedJob(sch, "k", scheduler.Job{Command: "a"})}, {Job: keyedJob(sch, "k", scheduler.Job{Command: "b"})},
		}, time.Now())
		must(t, err)
		if made[0].Existing || made[0].Err != nil || !made[1].Existing || made[1].Err != nil || !errors.Is(made[2].Err, fault.Conflict) {
			t.Errorf("%+v", made)
		}
	})
}

func TestOneOfManyCreatesWins(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		doors := []*store.Store{open(store.Options{}), open(store.Options{})}
		sch := newScheduler(t, doors[0])
		var first atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				made, err := doors[i%2].Create(t.Context(), sch.UID, []store.Creation{{Job: keyedJob(sch, "k", scheduler.Job{Command: "a"})}}, time.Now())
				if err != nil || made[0].Err != nil {
					t.Error(made, err)
					return
				}
				if !made[0].Existing {
					first.Add(1)
				}
			})
		}
		all.Wait()
		if first.Load() != 1 {
			t.Errorf("%d of 20 made the job", first.Load())
		}
	})
}

func TestQuotas(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		ask := func(user string, tasks int, quotas ...store.Quota) (string, error) {
			t.Helper()
			c := store.Creation{Job: newJob(sch, scheduler.Job{User: user, Array: &scheduler.Array{Count: tasks}}), Quotas: quotas}
			made := createOne(t, s, c)
			return made.ID, made.Err
		}
		usage := func(want map[string]store.Usage) {
			t.Helper()
			got, err := s.Usage(ctx, sch.UID, []string{"", "ada", "ben", "eve"})
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("usage (-want +got):\n%s", diff)
			}
		}
		perUser := store.Quota{Of: "ada", Jobs: 2, Tasks: 100}
		a, err := ask("ada", 60, perUser)
		must(t, err)
		_, err = ask("ada", 41, perUser)
		wantKind(t, "too many tasks", err, fault.Exhausted)
		for _, want := range []string{"user ada", "60 tasks", "at most 100", "add 41"} {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%q lacks %q", err, want)
			}
		}
		b, err := ask("ada", 40, perUser)
		must(t, err)
		_, err = ask("ada", 1, store.Quota{Of: "ada", Jobs: 2})
		wantKind(t, "too many jobs", err, fault.Exhausted)
		_, err = ask("ben", 1, store.Quota{Of: "ben", Jobs: 1}, store.Quota{Jobs: 2})
		wantKind(t, "too many of all", err, fault.Exhausted)
		if !strings.Contains(fmt.Sprint(err), "all users") {
			t.Errorf("%q does not say that it is the quota of all", err)
		}
		_, err = ask("ben", 7, store.Quota{Of: "ben", Jobs: 1}, store.Quota{Jobs: 3})
		must(t, err)
		usage(map[string]store.Usage{"": {3, 107}, "ada": {2, 100}, "ben": {1, 7}, "eve": {}})

		// What was found at the pool counts, and is not refused.
		found := newJob(sch, scheduler.Job{User: "ada"})
		if made := createOne(t, s, store.Creation{Job: found, Quotas: []store.Quota{perUser}, Adopt: true}); made.Err != nil || made.Existing {
			t.Errorf("adopted: %+v", made)
		}
		usage(map[string]store.Usage{"": {4, 108}, "ada": {3, 101}, "ben": {1, 7}, "eve": {}})

		// What has ended is given back, once, however often it is written to.
		end(t, s, a, scheduler.Failed)
		end(t, s, a, scheduler.Failed)
		end(t, s, b, scheduler.Cancelled)
		usage(map[string]store.Usage{"": {2, 8}, "ada": {1, 1}, "ben": {1, 7}, "eve": {}})
		must(t, s.DeleteJob(ctx, a))
		end(t, s, found.ID, scheduler.Lost)
		usage(map[string]store.Usage{"": {1, 7}, "ada": {}, "ben": {1, 7}, "eve": {}})

		// One that has ended when it comes never counts.
		over := newJob(sch, scheduler.Job{User: "eve"})
		over.Status.State = scheduler.Succeeded
		create(t, s, sch.UID, over)
		usage(map[string]store.Usage{"": {1, 7}, "ada": {}, "ben": {1, 7}, "eve": {}})
	})
}

// TestQuotaIsNeverPassed lets many ask at once, in calls of one and of many.
func TestQuotaIsNeverPassed(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		doors := []*store.Store{open(store.Options{}), open(store.Options{})}
		sch := newScheduler(t, doors[0])
		var made atomic.Int64
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				jobs := make([]store.Creation, 1+i)
				for n := range jobs {
					jobs[n] = store.Creation{Job: newJob(sch, scheduler.Job{User: "ada"}), Quotas: []store.Quota{{Of: "ada", Jobs: 30}}}
				}
				answers, err := doors[i%2].Create(t.Context(), sch.UID, jobs, time.Now())
				if err != nil {
					t.Error(err)
				}
				for _, a := range answers {
					if a.Err == nil {
						made.Add(1)
					} else if !errors.Is(a.Err, fault.Exhausted) {
						t.Error(a.Err)
					}
				}
			})
		}
		all.Wait()
		if n, err := doors[0].ActiveCount(t.Context(), []string{sch.UID}); err != nil || made.Load() != 30 || n[sch.UID] != 30 {
			t.Errorf("%d were made, %v are there, of at most 30, %v", made.Load(), n, err)
		}
	})
}

func TestAdoptedJobIsTheOneWithItsKey(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		// The pool knows the token only: neither the key nor all that was asked for.
		found := keyedJob(sch, "k", scheduler.Job{})
		found.Spec.Key = ""
		found.Status = store.JobStatus{State: scheduler.Running, Native: "7"}
		if made := createOne(t, s, store.Creation{Job: found, Adopt: true}); made.Err != nil || made.Existing {
			t.Fatalf("%+v", made)
		}
		if made := createOne(t, s, store.Creation{Job: keyedJob(sch, "k", scheduler.Job{Command: "/bin/flood"})}); made.Err != nil || !made.Existing {
			t.Errorf("asked for again: %+v", made)
		}
		if made := createOne(t, s, store.Creation{Job: found, Adopt: true}); made.Err != nil || !made.Existing {
			t.Errorf("found again: %+v", made)
		}
		known := keyedJob(sch, "other", scheduler.Job{Command: "/bin/flood"})
		create(t, s, sch.UID, known)
		known.Spec = scheduler.Job{}
		if made := createOne(t, s, store.Creation{Job: known, Adopt: true}); made.Err != nil || !made.Existing {
			t.Errorf("found, and known: %+v", made)
		}
		end(t, s, found.ID, scheduler.Succeeded)
		must(t, s.DeleteJob(t.Context(), found.ID))
		wantKind(t, "found after it was deleted", createOne(t, s, store.Creation{Job: found, Adopt: true}).Err, fault.Conflict)
	})
}

func TestWorkflowIsKept(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch := newScheduler(t, s)
		inner := &scheduler.Workflow{Nodes: []scheduler.Node{{Name: "x", Job: scheduler.Job{Command: "true"}}}}
		job := newJob(sch, scheduler.Job{Name: "season", User: "ada", Groups: []string{"hydro"}})
		job.Spec.Command = ""
		job.Of = store.JobID(sch.UID, "", time.Now())
		job.Workflow = &scheduler.Workflow{
			Name: "season", MaxNodes: 3, Throttles: map[string]int{"io": 1},
			Nodes: []scheduler.Node{
				{Name: "a", Job: scheduler.Job{Command: "true", Array: &scheduler.Array{Count: 5}}, Vars: map[string]string{"N": "1"}},
				{Name: "b", After: []string{"a"}, Workflow: inner, Splice: true},
			},
		}
		create(t, s, sch.UID, job)
		got, err := s.Job(ctx, job.ID)
		must(t, err)
		want := job
		flow := *job.Workflow
		flow.Token, want.Workflow = job.ID, &flow
		want.Tasks, want.Revision, want.Created, want.Spec.Token, want.Status.State = 6, 1, got.Created, job.ID, scheduler.Pending
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		listed, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: []string{sch.UID}, Of: job.Of})
		must(t, err)
		bare := flow
		bare.Nodes = nil
		want.Workflow = &bare
		if diff := cmp.Diff([]store.Job{want}, listed); diff != "" {
			t.Errorf("in a list (-want +got):\n%s", diff)
		}
	})
}

func TestCreateRefusesNonsense(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch, other := newScheduler(t, s), newScheduler(t, s)
		dancing := newJob(sch, scheduler.Job{})
		dancing.Status.State = "dancing"
		key := newJob(sch, scheduler.Job{Key: "k"})
		key.ID = store.JobID(sch.UID, "", time.Now())
		for name, j := range map[string]store.Job{
			"another scheduler's":    newJob(other, scheduler.Job{}),
			"no task":                newJob(sch, scheduler.Job{Array: &scheduler.Array{}}),
			"too many tasks":         newJob(sch, scheduler.Job{Array: &scheduler.Array{Count: 1 << 40}}),
			"unknown state":          dancing,
			"a key, and not its ID":  key,
			"options without a text": newJob(sch, scheduler.Job{Options: map[string]any{"f": func() {}}}),
		} {
			_, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: newJob(sch, scheduler.Job{})}, {Job: j}}, time.Now())
			if k := fault.Of(err); k != fault.Invalid && k != fault.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := s.ActiveCount(t.Context(), []string{sch.UID}); err != nil || n[sch.UID] != 0 {
			t.Errorf("%v jobs were made, %v", n, err)
		}
	})
}

// trips counts the round trips.
type trips struct{ n atomic.Int64 }

func (c *trips) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.n.Add(1); return next(ctx, cmd) }
}
func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { c.n.Add(1); return next(ctx, cmds) }
}

func TestCreateIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	count := &trips{}
	client.AddHook(count)
	s := mustOpen(t, store.Options{Client: client})
	sch := newScheduler(t, s)
	create(t, s, sch.UID, newJob(sch, scheduler.Job{})) // the server knows the script now
	for _, n := range []int{1, 100} {
		jobs := make([]store.Job, n)
		for i := range jobs {
			jobs[i] = newJob(sch, scheduler.Job{User: "ada", Labels: map[string]string{"a": "b"}})
		}
		count.n.Store(0)
		create(t, s, sch.UID, jobs...)
		if got := count.n.Load(); got != 1 {
			t.Errorf("%d jobs: %d round trips", n, got)
		}
	}
}
