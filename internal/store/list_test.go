package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func ids(jobs []store.Job) (all []string) {
	for _, j := range jobs {
		all = append(all, j.ID)
	}
	return all
}

// listAll reads page after page.
func listAll(t *testing.T, s *store.Store, q store.JobQuery, between func(page int)) (all []string) {
	t.Helper()
	for page := 1; ; page++ {
		jobs, next, err := s.ListJobs(t.Context(), q)
		must(t, err)
		if len(jobs) > q.Limit {
			t.Fatalf("page %d has %d jobs of %d", page, len(jobs), q.Limit)
		}
		all = append(all, ids(jobs)...)
		if next == "" {
			return all
		}
		q.After = next
		if between != nil {
			between(page)
		}
	}
}

func TestListJobs(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		users, basins := []string{"ada", "ben", ""}, []string{"upper", "lower"}
		states := []scheduler.State{scheduler.Pending, scheduler.Running, scheduler.Succeeded}
		var uids []string
		var made []store.Job // the newest first
		now := time.Now()
		schedulers := []store.Scheduler{newScheduler(t, s), newScheduler(t, s), newScheduler(t, s)}
		for _, sch := range schedulers {
			uids = append(uids, sch.UID)
		}
		for i := range 90 {
			sch := schedulers[i%3]
			j := newJob(sch, scheduler.Job{User: users[i/3%3], Labels: map[string]string{"basin": basins[i%2], "run": fmt.Sprint(i / 45)}})
			j.Created = now.Add(time.Duration(i) * time.Millisecond)
			j.Status.State = states[i%5%3]
			create(t, s, sch.UID, j)
			made = append([]store.Job{j}, made...)
		}
		for name, q := range map[string]store.JobQuery{
			"all":                 {},
			"user":                {User: "ada"},
			"state":               {States: []scheduler.State{scheduler.Running}},
			"states":              {States: []scheduler.State{scheduler.Running, scheduler.Pending, scheduler.Running}},
			"user and states":     {User: "ben", States: []scheduler.State{scheduler.Succeeded, scheduler.Pending}},
			"label":               {Labels: map[string]string{"basin": "upper"}},
			"labels":              {Labels: map[string]string{"basin": "upper", "run": "1"}},
			"everything":          {Labels: map[string]string{"basin": "upper"}, User: "ada", States: []scheduler.State{scheduler.Running}},
			"no such user":        {User: "eve"},
			"no such label":       {Labels: map[string]string{"basin": "upper", "x": "y"}},
			"state nobody is in":  {States: []scheduler.State{scheduler.Lost}},
			"user with no prefix": {User: "ad"},
		} {
			var want []string
			for _, j := range made {
				if (q.User == "" || j.Spec.User == q.User) && (len(q.States) == 0 || slices.Contains(q.States, j.Status.State)) &&
					(q.Labels["basin"] == "" || j.Spec.Labels["basin"] == q.Labels["basin"]) && (q.Labels["run"] == "" || j.Spec.Labels["run"] == q.Labels["run"]) && q.Labels["x"] == "" {
					want = append(want, j.ID)
				}
			}
			q.SchedulerUIDs = uids
			for _, q.Limit = range []int{7, 30, 1000} {
				if diff := cmp.Diff(want, listAll(t, s, q, nil)); diff != "" {
					t.Errorf("%s in pages of %d (-want +got):\n%s", name, q.Limit, diff)
				}
			}
		}
		if jobs, next, err := s.ListJobs(ctx, store.JobQuery{}); err != nil || len(jobs) != 0 || next != "" {
			t.Errorf("of no scheduler: %v, %q, %v", jobs, next, err)
		}
		for _, after := range []string{"x", "+", strings.Repeat("z", 26)} {
			_, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: uids, After: after})
			wantKind(t, "cursor "+after, err, fault.Invalid)
		}
		_, _, err := s.ListJobs(ctx, store.JobQuery{SchedulerUIDs: []string{"}{"}})
		wantKind(t, "a uid that cannot be", err, fault.Invalid)
	})
}

func TestPagesDoNotShift(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		a, b := newScheduler(t, s), newScheduler(t, s)
		var want []string
		for i := range 40 {
			j := newJob([]store.Scheduler{a, b}[i%2], scheduler.Job{})
			j.Created = time.Now().Add(time.Duration(i-1000) * time.Millisecond)
			create(t, s, j.SchedulerUID, j)
			want = append([]string{j.ID}, want...)
		}
		got := listAll(t, s, store.JobQuery{SchedulerUIDs: []string{a.UID, b.UID}, Limit: 9}, func(page int) {
			for range page {
				create(t, s, a.UID, newJob(a, scheduler.Job{}))
			}
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// counting counts what is read.
type counting struct{ indexes, records atomic.Int64 }

func (c *counting) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (c *counting) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }
func (c *counting) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			switch cmd.Name() {
			case "hmget":
				c.records.Add(1)
			case "zrevrangebylex":
				c.indexes.Add(1)
			}
		}
		return next(ctx, cmds)
	}
}

func TestAPageReadsAPage(t *testing.T) {
	t.Parallel()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	count := &counting{}
	client.AddHook(count)
	s := mustOpen(t, store.Options{Client: client})
	sch := newScheduler(t, s)
	for range 5 {
		var jobs []store.Job
		for i := range 500 {
			j := newJob(sch, scheduler.Job{User: fmt.Sprint("user", i%100)})
			j.Status.State = scheduler.Succeeded
			jobs = append(jobs, j)
		}
		create(t, s, sch.UID, jobs...)
	}
	for name, q := range map[string]store.JobQuery{
		"all": {}, "user": {User: "user7"}, "user and state": {User: "user7", States: []scheduler.State{scheduler.Succeeded, scheduler.Failed}},
	} {
		q.SchedulerUIDs, q.Limit = []string{sch.UID}, 10
		count.indexes.Store(0)
		count.records.Store(0)
		jobs, _, err := s.ListJobs(t.Context(), q)
		must(t, err)
		if len(jobs) != 10 || count.records.Load() != 10 || count.indexes.Load() > 2 {
			t.Errorf("%s: %d jobs of %d records in %d indexes", name, len(jobs), count.records.Load(), count.indexes.Load())
		}
	}
}

func TestActive(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		sch, idle := newScheduler(t, s), newScheduler(t, s)
		var want []string
		for i := range 30 {
			j := newJob(sch, scheduler.Job{})
			j.Created = time.Now().Add(time.Duration(i) * time.Millisecond)
			create(t, s, sch.UID, j)
			if st := scheduler.States()[i%9]; st.Terminal() {
				commit(t, s, sch.UID, change(j.ID, 1, store.JobStatus{State: st}))
			} else {
				commit(t, s, sch.UID, change(j.ID, 1, store.JobStatus{State: st}))
				want = append(want, j.ID)
			}
		}
		var got []string
		for after := ""; ; {
			page, err := s.Active(ctx, sch.UID, after, 4)
			must(t, err)
			got = append(got, ids(page)...)
			if len(page) < 4 {
				break
			}
			after = page[len(page)-1].ID
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		counts, err := s.ActiveCount(ctx, []string{sch.UID, idle.UID})
		must(t, err)
		if diff := cmp.Diff(map[string]int{sch.UID: len(want), idle.UID: 0}, counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
	})
}

func TestJobID(t *testing.T) {
	t.Parallel()
	uid, now := store.NewUID(), time.Now()
	var all []string
	for i := range 1000 {
		id := store.JobID(uid, "", now.Add(time.Duration(i)*time.Millisecond))
		if got, ok := store.JobScheduler(id); !ok || got != uid || len(id) > 64 {
			t.Fatalf("%s is read as one of %q, %v", id, got, ok)
		}
		all = append(all, id)
	}
	if !slices.IsSorted(all) {
		t.Error("the order is not that of time")
	}
}
