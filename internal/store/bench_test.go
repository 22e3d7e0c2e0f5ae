package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// benchmarked runs a benchmark on the embedded store and on a Redis that syncs before it answers.
func benchmarked(b *testing.B, run func(b *testing.B, s *store.Store)) {
	b.Run("embedded", func(b *testing.B) {
		run(b, mustOpen(b, store.Options{Path: filepath.Join(b.TempDir(), "store")}))
	})
	b.Run("redis", func(b *testing.B) {
		run(b, mustOpen(b, store.Options{URL: redisLab(b).URL}))
	})
}

func BenchmarkCreateJob(b *testing.B) {
	for _, writers := range []int{1, 50} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			benchmarked(b, func(b *testing.B, s *store.Store) {
				sch := newScheduler(b, s)
				b.SetParallelism((writers + 1) / 2)
				create := func() {
					job := store.Job{ID: store.JobID(sch.UID, "", time.Now()), Spec: scheduler.Job{Command: "true", User: "ada"}}
					if _, err := s.Create(b.Context(), sch.UID, []store.Creation{{Job: job}}, time.Now()); err != nil {
						b.Error(err)
					}
				}
				b.ResetTimer()
				if writers == 1 {
					for b.Loop() {
						create()
					}
					return
				}
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						create()
					}
				})
			})
		})
	}
}

func BenchmarkCommit500(b *testing.B) {
	benchmarked(b, func(b *testing.B, s *store.Store) {
		sch := newScheduler(b, s)
		jobs := make([]store.Job, 500)
		for i := range jobs {
			jobs[i] = store.Job{ID: store.JobID(sch.UID, "", time.Now()), Spec: scheduler.Job{Command: "true", User: "ada"}}
		}
		create(b, s, sch.UID, jobs...)
		revision := int64(1)
		states := []scheduler.State{scheduler.Queued, scheduler.Running}
		for b.Loop() {
			var change store.Batch
			st := states[revision%2]
			for _, j := range jobs {
				change.Changes = append(change.Changes, store.Change{JobID: j.ID, ExpectRevision: revision, Status: store.JobStatus{State: st}, Tasks: []store.TaskChange{{State: st}}})
			}
			if conflicts, err := s.Commit(b.Context(), sch.UID, change); err != nil || len(conflicts) > 0 {
				b.Fatal(conflicts, err)
			}
			revision++
		}
	})
}

func BenchmarkReadJob(b *testing.B) {
	benchmarked(b, func(b *testing.B, s *store.Store) {
		sch := newScheduler(b, s)
		id := store.JobID(sch.UID, "", time.Now())
		create(b, s, sch.UID, store.Job{ID: id, Spec: scheduler.Job{Command: "true"}})
		for b.Loop() {
			if _, err := s.Job(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkListJobs reads the first page of a scheduler that has had many jobs.
func BenchmarkListJobs(b *testing.B) {
	for _, n := range []int{1_000, 20_000} {
		b.Run(fmt.Sprintf("jobs=%d", n), func(b *testing.B) {
			benchmarked(b, func(b *testing.B, s *store.Store) {
				sch := newScheduler(b, s)
				for range n / 500 {
					jobs := make([]store.Job, 500)
					for i := range jobs {
						jobs[i] = store.Job{ID: store.JobID(sch.UID, "", time.Now()), Spec: scheduler.Job{Command: "true", User: strings.Repeat("u", 8)}}
					}
					create(b, s, sch.UID, jobs...)
				}
				for b.Loop() {
					jobs, _, err := s.ListJobs(b.Context(), store.JobQuery{SchedulerUIDs: []string{sch.UID}, Limit: 50})
					if err != nil || len(jobs) != 50 {
						b.Fatal(len(jobs), err)
					}
				}
			})
		})
	}
}
