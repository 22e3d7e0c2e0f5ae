package outbox_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// trimmed is a store whose stream does not go back to where a handler was told.
type trimmed struct {
	*store.Store
	before atomic.Int64 // events up to that one are gone

	mu    sync.Mutex
	after []string // of the pages of ended jobs that were asked for
	fails int      // at that page of letters the store is away, once
}

func (s *trimmed) Events(ctx context.Context, uid string, after store.EventID, limit int) ([]store.Event, error) {
	if int64(after) < s.before.Load() {
		return nil, fault.Conflict.New("the events after %d are not kept any more", after)
	}
	return s.Store.Events(ctx, uid, after, limit)
}

// Ends whose events are gone are told from the jobs themselves; what comes after as ever.
func TestGap(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	var got told
	first := outbox.New(s, "one", hclog.NewNullLogger())
	handle(t, first, outbox.Handler{Name: "h", Handle: func(_ context.Context, e store.Event) error { got.note(e); return nil }})
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	ids := finish(t, s, sch, 30)
	last, err := s.LastEvent(t.Context(), sch.UID)
	if err != nil {
		t.Fatal(err)
	}
	torn := &trimmed{Store: s}
	torn.before.Store(int64(last))
	second := outbox.New(torn, "two", hclog.NewNullLogger())
	t.Cleanup(func() { second.Close(context.Background()) })
	handle(t, second, outbox.Handler{Name: "h", Handle: func(_ context.Context, e store.Event) error { got.note(e); return nil }})
	for _, id := range ids {
		eventually(t, "an end whose event is gone", func() bool { return got.of(id) == 1 })
	}
	id := finish(t, s, sch, 1)[0]
	second.Changed(t.Context(), sch.UID)
	eventually(t, "the next end", func() bool { return got.of(id) == 1 })
	eventually(t, "the cursor at the end", func() bool {
		at, _, err := s.HookCursor(t.Context(), sch.UID, "h")
		last, _ := s.LastEvent(t.Context(), sch.UID)
		return err == nil && at == last
	})
}

func (s *trimmed) Ended(ctx context.Context, uid string, since time.Time, after string, _ int) ([]store.Job, error) {
	s.mu.Lock()
	s.after = append(s.after, after)
	s.mu.Unlock()
	return s.Store.Ended(ctx, uid, since, after, 4)
}

func (s *trimmed) SetHookCursor(ctx context.Context, uid, hook string, fence int64, id store.EventID, letters []store.Letter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.after) > 0 {
		if s.fails--; s.fails == 0 {
			return fault.Unavailable.New("the store is away")
		}
	}
	return s.Store.SetHookCursor(ctx, uid, hook, fence, id, letters)
}

// A gap that was being filled when the store, or the process, went away is filled from where that was on, and not from its beginning.
func TestAGapGoesOn(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	var got told
	hear := outbox.Handler{Name: "h", Handle: func(_ context.Context, e store.Event) error { got.note(e); return nil }}
	first := outbox.New(s, "one", hclog.NewNullLogger())
	handle(t, first, hear)
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	ids := finish(t, s, sch, 14)
	last, err := s.LastEvent(t.Context(), sch.UID)
	if err != nil {
		t.Fatal(err)
	}
	torn := &trimmed{Store: s, fails: 3}
	torn.before.Store(int64(last))
	second := outbox.New(torn, "two", hclog.NewNullLogger())
	t.Cleanup(func() { second.Close(context.Background()) })
	handle(t, second, hear)
	for _, id := range ids {
		eventually(t, "an end whose event is gone", func() bool { return got.of(id) == 1 })
	}
	torn.mu.Lock()
	defer torn.mu.Unlock()
	// The third page is asked for again, by its place, and nothing before it.
	want := []string{"", ids[3], ids[7], ids[7], ids[11], ids[13]}
	if !slices.Equal(torn.after, want) {
		t.Errorf("pages after %q, want %q", torn.after, want)
	}
}
