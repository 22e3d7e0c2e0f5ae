package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// unique makes names and types that no other test on the same server has.
func unique(word string) string { return word + "-" + store.NewUID() }

func newScheduler(t testing.TB, s *store.Store) store.Scheduler {
	t.Helper()
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: unique("pool"), Type: "local"})
	must(t, err)
	return sch
}

func wantKind(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want a fault of kind %s", what, err, kind)
	}
}

func TestSchedulerIsKept(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		made, err := s.CreateScheduler(t.Context(), store.Scheduler{
			Name: unique("Überschwemmung"), Type: "condor", Config: json.RawMessage(`{"host":"example.org"}`),
			Sealed: []byte{0, 1, 255}, Source: store.Source{File: "config.hcl", Line: 7}, Digest: "sha256:1",
		})
		must(t, err)
		if made.Revision != 1 || made.Created.IsZero() || len(made.UID) != 8 {
			t.Errorf("made %+v", made)
		}
		for name, read := range map[string]func() (store.Scheduler, error){
			"by name":              func() (store.Scheduler, error) { return s.Scheduler(t.Context(), made.Name) },
			"by uid":               func() (store.Scheduler, error) { return s.SchedulerByUID(t.Context(), made.UID) },
			"through another door": func() (store.Scheduler, error) { return open(store.Options{}).Scheduler(t.Context(), made.Name) },
		} {
			got, err := read()
			must(t, err)
			if diff := cmp.Diff(made, got); diff != "" {
				t.Errorf("%s (-made +read):\n%s", name, diff)
			}
		}
	})
}

func TestOneOfFiftyGetsTheName(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s, name := open(store.Options{}), unique("wanted")
		var won, exists atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				switch _, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: name, Type: "local"}); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, fault.Exists):
					exists.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || exists.Load() != 49 {
			t.Errorf("%d got the name and %d were told that it exists", won.Load(), exists.Load())
		}
	})
}

func TestNoUpdateIsLost(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		made := newScheduler(t, s)
		const writers, each = 8, 5
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for done := 0; done < each; {
					now, err := s.SchedulerByUID(t.Context(), made.UID)
					if err != nil {
						t.Error(err)
						return
					}
					now.Digest += "x"
					switch updated, err := s.UpdateScheduler(t.Context(), now); {
					case err == nil:
						done++
						if updated.Revision <= now.Revision {
							t.Errorf("revision %d after %d", updated.Revision, now.Revision)
						}
					case !errors.Is(err, fault.Conflict):
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		end, err := s.SchedulerByUID(t.Context(), made.UID)
		must(t, err)
		if end.Revision != 1+writers*each || len(end.Digest) != writers*each {
			t.Errorf("revision %d with %d of %d updates", end.Revision, len(end.Digest), writers*each)
		}
	})
}

func TestSchedulerIsRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s := open(store.Options{})
		for name, c := range map[string]struct {
			sch  store.Scheduler
			text string
		}{
			"no name":           {store.Scheduler{Type: "local"}, "needs a name"},
			"long name":         {store.Scheduler{Name: strings.Repeat("n", 129), Type: "local"}, "at most 128 bytes"},
			"control character": {store.Scheduler{Name: "a\x00b", Type: "local"}, "control characters"},
			"not UTF-8":         {store.Scheduler{Name: "a\xff", Type: "local"}, "UTF-8"},
			"no type":           {store.Scheduler{Name: "a"}, "not the name of a driver"},
			"uid":               {store.Scheduler{Name: "a", Type: "local", UID: "a}:b{c:d"}, "not a uid"},
			"config":            {store.Scheduler{Name: "a", Type: "local", Config: json.RawMessage(`{`)}, "not JSON"},
		} {
			_, err := s.CreateScheduler(t.Context(), c.sch)
			wantKind(t, name, err, fault.Invalid)
			if err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %q lacks %q", name, err, c.text)
			}
		}
	})
}

func TestUpdateOfAScheduler(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		one, other := newScheduler(t, s), newScheduler(t, s)

		renamed := one
		renamed.Name = unique("renamed")
		renamed, err := s.UpdateScheduler(ctx, renamed)
		must(t, err)
		_, err = s.Scheduler(ctx, one.Name)
		wantKind(t, "the old name", err, fault.NotFound)
		if got, err := s.Scheduler(ctx, renamed.Name); err != nil || got.UID != one.UID || got.Revision != 2 {
			t.Errorf("the new name: %+v, %v", got, err)
		}
		_, err = s.CreateScheduler(ctx, store.Scheduler{Name: one.Name, Type: "local"})
		must(t, err)

		_, err = s.UpdateScheduler(ctx, one)
		wantKind(t, "a stale revision", err, fault.Conflict)
		taken := renamed
		taken.Name = other.Name
		_, err = s.UpdateScheduler(ctx, taken)
		wantKind(t, "a name in use", err, fault.Exists)
		typed := renamed
		typed.Type = "condor"
		_, err = s.UpdateScheduler(ctx, typed)
		wantKind(t, "another type", err, fault.Invalid)
		_, err = s.CreateScheduler(ctx, store.Scheduler{Name: unique("x"), Type: "local", UID: one.UID})
		wantKind(t, "a uid again", err, fault.Exists)

		must(t, s.DeleteScheduler(ctx, renamed.Name, renamed.Revision))
		_, err = s.UpdateScheduler(ctx, renamed)
		wantKind(t, "a deleted one", err, fault.NotFound)
		_, err = s.CreateScheduler(ctx, store.Scheduler{Name: unique("x"), Type: "local", UID: one.UID})
		wantKind(t, "a deleted one's uid", err, fault.Exists)
	})
}

func TestMissingSchedulerNamesTheNearest(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		s, name := open(store.Options{}), unique("forecast")
		_, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: name, Type: "local"})
		must(t, err)
		_, err = s.Scheduler(t.Context(), strings.ToUpper(name[:1])+name[1:len(name)-1])
		wantKind(t, "nearly", err, fault.NotFound)
		if want := fmt.Sprintf("did you mean %q?", name); !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
		_, err = s.Scheduler(t.Context(), "\x00quite another thing\x00")
		wantKind(t, "not at all", err, fault.NotFound)
		if strings.Contains(err.Error(), "did you mean") {
			t.Errorf("%q guesses wildly", err)
		}
	})
}

func TestListSchedulers(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		kind, prefix := unique("type"), unique("p")
		var want []string
		for i := range 25 {
			name := fmt.Sprintf("%s-%02d", prefix, (i*7)%25)
			_, err := s.CreateScheduler(ctx, store.Scheduler{Name: name, Type: kind})
			must(t, err)
			_, err = s.CreateScheduler(ctx, store.Scheduler{Name: name + "-other", Type: kind + "-other"})
			must(t, err)
			want = append(want, fmt.Sprintf("%s-%02d", prefix, i))
		}
		var got []string
		for q := (store.SchedulerQuery{Type: kind, Limit: 10}); ; {
			page, err := s.ListSchedulers(ctx, q)
			must(t, err)
			for _, sch := range page {
				got = append(got, sch.Name)
			}
			if len(page) < q.Limit {
				break
			}
			q.After = page[len(page)-1].Name
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by type (-want +got):\n%s", diff)
		}
		page, err := s.ListSchedulers(ctx, store.SchedulerQuery{After: prefix + "-20", Limit: 3})
		must(t, err)
		if len(page) != 3 || page[0].Name != prefix+"-20-other" || page[1].Name != prefix+"-21" || page[2].Type != kind+"-other" {
			t.Errorf("of all types: %+v", page)
		}
	})
}
