package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// plainly is whether a query wants a job, said as plainly as can be.
func plainly(q store.JobQuery, j store.Job) bool {
	for k, v := range q.Labels {
		if own, ok := j.Spec.Labels[k]; !ok || own != v {
			return false
		}
	}
	return slices.Contains(q.SchedulerUIDs, j.SchedulerUID) &&
		(q.User == "" || q.User == j.Spec.User) &&
		(q.Group == "" || slices.Contains(j.Spec.Groups, q.Group)) &&
		(q.Name == "" || q.Name == j.Spec.Name) &&
		(q.Of == "" || q.Of == j.Of) &&
		(len(q.States) == 0 || slices.Contains(q.States, j.Status.State)) &&
		(q.Since.IsZero() || !j.Created.Before(q.Since)) &&
		(q.Until.IsZero() || j.Created.Before(q.Until))
}

// TestAnyQuery asks for random combinations of everything, in pages of random sizes, while jobs change their states.
func TestAnyQuery(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		chance := rand.New(rand.NewPCG(seed, 1))
		pick := func(some ...string) string { return some[chance.IntN(len(some))] }
		schedulers := []store.Scheduler{newScheduler(t, s), newScheduler(t, s), newScheduler(t, s)}
		first := store.JobID(schedulers[0].UID, "", time.Now())
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var jobs []store.Job
		for i := range 300 {
			sch := schedulers[chance.IntN(3)]
			j := newJob(sch, scheduler.Job{Name: pick("flood", "drought", ""), User: pick("ada", "ben", ""), Labels: map[string]string{"basin": pick("upper", "lower")}})
			if chance.IntN(3) == 0 {
				j.Spec.Groups = []string{pick("g", "h"), "all"}
			}
			if chance.IntN(4) == 0 {
				j.Of = first
			}
			if chance.IntN(3) == 0 {
				j.Spec.Key = fmt.Sprint("key ", i)
				j.ID = store.JobID(sch.UID, j.Spec.Key, start)
			}
			j.Created = start.Add(time.Duration(chance.IntN(40)) * time.Second) // several at the same moment
			j.Status.State = scheduler.States()[chance.IntN(4)]
			create(t, s, sch.UID, j)
			if chance.IntN(2) == 0 {
				j.Status.State = scheduler.States()[chance.IntN(9)]
				commit(t, s, sch.UID, change(j.ID, 1, j.Status))
			}
			jobs = append(jobs, j)
		}
		for range 60 {
			var q store.JobQuery
			for _, sch := range schedulers[chance.IntN(2):] {
				q.SchedulerUIDs = append(q.SchedulerUIDs, sch.UID)
			}
			for _, set := range []func(){
				func() { q.User = pick("ada", "ben", "eve") },
				func() { q.Group = pick("g", "all", "none") },
				func() { q.Name = pick("flood", "drought", "other") },
				func() { q.Of = first },
				func() { q.States = []scheduler.State{scheduler.Running, scheduler.States()[chance.IntN(9)]} },
				func() { q.Labels = map[string]string{"basin": pick("upper", "none")} },
				func() { q.Since = start.Add(time.Duration(chance.IntN(30)) * time.Second) },
				func() { q.Until = start.Add(time.Duration(chance.IntN(45)) * time.Second) },
			} {
				if chance.IntN(4) == 0 {
					set()
				}
			}
			q.Limit = []int{3, 20, 1000}[chance.IntN(3)]
			var want []string
			for _, j := range jobs {
				if plainly(q, j) {
					want = append(want, j.ID)
				}
			}
			got := listAll(t, s, q, nil)
			if !slices.IsSortedFunc(got, func(a, b string) int { return created(jobs, b).Compare(created(jobs, a)) }) {
				t.Errorf("%+v: not the newest first", q)
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", q, diff)
			}
		}
	})
}

func created(jobs []store.Job, id string) time.Time {
	return jobs[slices.IndexFunc(jobs, func(j store.Job) bool { return j.ID == id })].Created
}

// TestTheShortestWayIsTaken looks for the rare among the many.
func TestTheShortestWayIsTaken(t *testing.T) {
	t.Parallel()
	options, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	count := &counting{}
	client.AddHook(count)
	s := mustOpen(t, store.Options{Client: client})
	sch := newScheduler(t, s)
	rare := newJob(sch, scheduler.Job{Name: "rare", User: "ada", Labels: map[string]string{"a": "b"}})
	create(t, s, sch.UID, rare)
	var many []store.Job
	for range 1000 {
		many = append(many, newJob(sch, scheduler.Job{Name: "often", User: "ada", Labels: map[string]string{"a": "b"}}))
	}
	create(t, s, sch.UID, many...)
	count.records.Store(0)
	jobs, next, err := s.ListJobs(t.Context(), store.JobQuery{
		SchedulerUIDs: []string{sch.UID}, User: "ada", Name: "rare", Labels: map[string]string{"a": "b"}, States: []scheduler.State{scheduler.Pending}, Limit: 10,
	})
	if err != nil || next != "" || len(jobs) != 1 || jobs[0].ID != rare.ID || count.records.Load() != 1 {
		t.Errorf("%v, %q, %v: %d records were read", ids(jobs), next, err, count.records.Load())
	}
	// What nobody can answer by an index is bounded a page, and goes on.
	jobs, next, err = s.ListJobs(t.Context(), store.JobQuery{SchedulerUIDs: []string{sch.UID}, User: "ada", Labels: map[string]string{"a": "b"}, Limit: 10})
	if err != nil || len(jobs) != 10 || next == "" {
		t.Errorf("%d jobs, %q, %v", len(jobs), next, err)
	}
}

// TestAJobBetweenTwoStatesIsListed changes a job from one state that is wanted to the other, and back, while it is looked for: it must never fall between two
// readings.
func TestAJobBetweenTwoStatesIsListed(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		sch := newScheduler(t, s)
		job := newJob(sch, scheduler.Job{User: "ada"})
		create(t, s, sch.UID, job)
		commit(t, s, sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Queued}))
		done, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			states := []scheduler.State{scheduler.Running, scheduler.Queued}
			for revision := int64(2); ; revision++ {
				select {
				case <-done:
					return
				default:
				}
				if _, err := s.Commit(t.Context(), sch.UID, change(job.ID, revision, store.JobStatus{State: states[revision%2]})); err != nil {
					t.Errorf("commit: %v", err)
					return
				}
			}
		}()
		wanted := []scheduler.State{scheduler.Running, scheduler.Pending, scheduler.Held, scheduler.Suspended, scheduler.Failed, scheduler.Cancelled, scheduler.Lost, scheduler.Queued}
		q := store.JobQuery{SchedulerUIDs: []string{sch.UID}, User: "ada", States: wanted}
		for range 1000 {
			if jobs, _, err := s.ListJobs(t.Context(), q); err != nil || len(jobs) != 1 {
				t.Errorf("%d jobs, %v", len(jobs), err)
				break
			}
		}
		close(done)
		<-ended
	})
}
