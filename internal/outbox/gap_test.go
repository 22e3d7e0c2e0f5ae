package outbox_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// trimmed is a store whose stream does not go back to where a handler was told.
type trimmed struct {
	*store.Store
	before atomic.Int64 // events up to that one are gone
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
