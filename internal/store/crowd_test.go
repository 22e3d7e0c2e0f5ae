package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestAHundredThousandJobs keeps so many (3000 without OCEANID_SOAK) and goes through those of one user, from page to page, while others come: each is there once, newest first.
func TestAHundredThousandJobs(t *testing.T) {
	t.Parallel()
	many := 3000
	if os.Getenv("OCEANID_SOAK") != "" {
		many = 100_000
	}
	s := mustOpen(t, store.Options{Path: filepath.Join(t.TempDir(), "store")})
	sch := newScheduler(t, s)
	const users, together = 10, 1000
	begin := time.Now().Add(-time.Hour)
	var want []string
	for first := 0; first < many; first += together {
		jobs := make([]store.Job, together)
		for i := range jobs {
			j := newJob(sch, scheduler.Job{User: fmt.Sprint("user", i%users)})
			j.Created = begin.Add(time.Duration(first+i) * time.Millisecond)
			if jobs[i] = j; i%users == 3 {
				want = append(want, j.ID)
			}
		}
		create(t, s, sch.UID, jobs...)
	}
	seen := len(want)
	listAll(t, s, store.JobQuery{SchedulerUIDs: []string{sch.UID}, User: "user3", Limit: 500}, func(page int) {
		create(t, s, sch.UID, newJob(sch, scheduler.Job{User: "user3"}))
	})
	for q := (store.JobQuery{SchedulerUIDs: []string{sch.UID}, User: "user3", Limit: 500, Until: begin.Add(30 * time.Minute)}); ; {
		page, next, err := s.ListJobs(t.Context(), q)
		must(t, err)
		for _, j := range page {
			if seen--; seen < 0 || j.ID != want[seen] {
				t.Fatalf("%s is in the place of %d", j.ID, seen)
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	if seen != 0 {
		t.Errorf("%d are missing", seen)
	}
}
