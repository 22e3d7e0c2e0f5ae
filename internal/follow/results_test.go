package follow

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// shelf is a pool that keeps a file of each job, and fails as it is told.
type shelf struct {
	*pool
	mu      sync.Mutex
	fails   []error // of the downloads, one after the other
	removed []string
}

func (s *shelf) Download(_ context.Context, _ scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	s.mu.Lock()
	var fails error
	if len(s.fails) > 0 {
		fails, s.fails = s.fails[0], s.fails[1:]
	}
	s.mu.Unlock()
	if err := yield(scheduler.File{Path: "out", Size: 5}, strings.NewReader("hello")); err != nil {
		return err
	}
	return fails
}

func (s *shelf) Remove(_ context.Context, refs []scheduler.Ref) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range refs {
		s.removed = append(s.removed, r.Token)
	}
	return nil
}

// over is a job that has ended, so long ago.
func over(t *testing.T, s *store.Store, sch store.Scheduler, ago time.Duration, policy scheduler.Policy, results string) string {
	t.Helper()
	c := wanted(sch, scheduler.Job{Command: "x", Policy: policy})
	c.Job.ID, c.Job.Tasks = store.JobID(sch.UID, "", time.Now()), 1
	got, err := s.Create(t.Context(), sch.UID, []store.Creation{c}, time.Now().Add(-ago))
	if err != nil || got[0].Err != nil {
		t.Fatal(err, got)
	}
	status := store.JobStatus{State: scheduler.Succeeded, Native: scheduler.ID(c.Job.ID), Results: store.Results{State: results}, Ended: time.Now().Add(-ago)}
	b := store.Batch{Time: time.Now().Add(-ago), Changes: []store.Change{{JobID: c.Job.ID, ExpectRevision: 1, Status: status}}}
	if left, err := s.Commit(t.Context(), sch.UID, b); err != nil || len(left) > 0 {
		t.Fatal(err, left)
	}
	return c.Job.ID
}

func managed(s *store.Store, d Driver, rules Rules) *Manager {
	return &Manager{Store: s, Drivers: func(context.Context, string) (Driver, error) { return d, nil }, Rules: func() Rules { return rules }, Owner: "one", Log: hclog.NewNullLogger()}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	away := fault.Unavailable.New("the pool is away")
	for name, c := range map[string]struct {
		fails []error
		limit int64
		tries int // until the handler is content
		state string
		says  string
	}{
		"at once":        {nil, 0, 1, fetched, ""},
		"the third time": {[]error{away, away}, 0, 2, fetched, ""},
		"never":          {slices.Repeat([]error{away}, 20), 0, 10, failed, "away"},
		"too much":       {nil, 4, 1, failed, "more than 4 bytes"},
		"poisoned":       {[]error{fault.Invalid.New("output \"fifo\" of task 0 is not brought back: a pipe")}, 0, 1, failed, "fifo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			dir := filepath.Join(t.TempDir(), "of", "this", "job")
			m := managed(s, &shelf{pool: newPool(), fails: c.fails}, Rules{})
			id := over(t, s, sch, 0, scheduler.Policy{Results: dir, ResultsLimit: c.limit}, waiting)
			tries := 1
			for m.fetch(t.Context(), store.Event{Job: id}) != nil && tries < 99 {
				tries++
			}
			job, err := s.Job(t.Context(), id)
			r := job.Status.Results
			if err != nil || tries != c.tries || r.State != c.state || !strings.Contains(r.Reason, c.says) || r.Ended.IsZero() || job.Status.State != scheduler.Succeeded {
				t.Errorf("after %d: %+v, %v", tries, r, err)
			}
			if text, err := os.ReadFile(filepath.Join(dir, "out")); c.limit == 0 && string(text) != "hello" {
				t.Errorf("%q, %v", text, err)
			}
			if err := m.fetch(t.Context(), store.Event{Job: id}); err != nil {
				t.Errorf("told again: %v", err)
			}
		})
	}
}

// slow is a pool whose connection breaks after each file that it has not given yet.
type slow struct {
	*pool
	given, of int
}

func (s *slow) Download(_ context.Context, _ scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	for i := range s.of {
		if i > s.given {
			s.given++
			return fault.Unavailable.New("the connection broke")
		}
		if err := yield(scheduler.File{Path: fmt.Sprintf("%03d", i), Size: 5}, strings.NewReader("hello")); err != nil {
			return err
		}
	}
	return nil
}

// A bringing that comes on uses up no attempts, however often it breaks.
func TestAFetchThatComesOnGoesOn(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	m := managed(s, &slow{pool: newPool(), of: 3 * mostFetches}, Rules{})
	id := over(t, s, sch, 0, scheduler.Policy{Results: t.TempDir()}, waiting)
	if err := m.fetch(t.Context(), store.Event{Job: id}); err != nil {
		t.Error(err)
	}
	job, err := s.Job(t.Context(), id)
	if r := job.Status.Results; err != nil || r.State != fetched || r.Files != 3*mostFetches || r.Attempts != 1 || r.Reason != "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// What is not to be brought is left alone, and only ends that left something are expected to bring anything.
func TestExpectResults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status store.JobStatus
		policy string
		rules  string
		want   string
	}{
		{store.JobStatus{State: scheduler.Succeeded, Native: "7"}, "/r", "", waiting},
		{store.JobStatus{State: scheduler.Failed, Native: "7"}, "", "/r", waiting},
		{store.JobStatus{State: scheduler.Failed, Native: "7"}, "", "", ""},
		{store.JobStatus{State: scheduler.Lost, Native: "7"}, "/r", "", ""},
		{store.JobStatus{State: scheduler.Failed}, "/r", "", ""},
	} {
		l := &ledger{status: c.status, policy: scheduler.Policy{Results: c.policy}}
		if l.expectResults(Rules{Results: c.rules}); l.status.Results.State != c.want {
			t.Errorf("%+v: %q", c, l.status.Results.State)
		}
	}
}

// Files go first, then records; what is still to be brought keeps both; nothing is removed twice, in whichever process.
func TestSweep(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	sh := &shelf{pool: newPool(removals)}
	old := over(t, s, sch, 100*time.Hour, scheduler.Policy{}, "")
	late := over(t, s, sch, 99*time.Hour, scheduler.Policy{Results: "/r"}, waiting)
	middle := over(t, s, sch, 50*time.Hour, scheduler.Policy{}, fetched)
	fresh := over(t, s, sch, time.Hour, scheduler.Policy{}, "")
	for range 3 {
		m := managed(s, sh, Rules{Keep: 80 * time.Hour, KeepFiles: 10 * time.Hour})
		if more, err := m.sweepAll(t.Context(), time.Now()); err != nil || more {
			t.Fatal(more, err)
		}
	}
	for id, there := range map[string]bool{old: false, late: true, middle: true, fresh: true} {
		if (state(t, s, id) != "") != there {
			t.Errorf("%s is there: %t", id, !there)
		}
	}
	count := map[string]int{}
	for _, token := range sh.removed {
		count[token]++
	}
	if count[old] == 0 || count[middle] != 1 || count[late] != 0 || count[fresh] != 0 {
		t.Errorf("removed: %v", count)
	}
	m := managed(s, sh, Rules{Keep: 80 * time.Hour, KeepFiles: 10 * time.Hour})
	if _, err := m.fetches(t.Context(), late, func(r *store.Results) { r.State = fetched }); err != nil {
		t.Fatal(err)
	}
	if _, err := m.sweepAll(t.Context(), time.Now().Add(2*time.Hour)); err != nil || !slices.Contains(sh.removed, late) || state(t, s, late) != "" {
		t.Errorf("when its results are there it goes: %v, %v", err, sh.removed)
	}
}
