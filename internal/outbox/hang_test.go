package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
)

// A handler that hears nothing, not even that its time is over, keeps one slot, and the others go on.
func TestDeafHandler(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	o := begun(t, s, "one")
	release := make(chan struct{})
	t.Cleanup(func() { close(release) }) // before the outbox is closed
	var got told
	deaf := make(chan string, 1)
	handle(t, o, outbox.Handler{Name: "h", Concurrency: 2, Attempts: 1, Timeout: 10 * time.Millisecond, Handle: func(_ context.Context, e store.Event) error {
		select {
		case deaf <- e.Job:
			<-release
		default:
			got.note(e)
		}
		return nil
	}})
	ids := finish(t, s, sch, 20)
	eventually(t, "all but one", func() bool {
		stuck := 0
		for _, id := range ids {
			if got.of(id) == 0 {
				stuck++
			}
		}
		return stuck == 1
	})
	eventually(t, "the dead letter", func() bool {
		dead, err := s.DeadLetters(t.Context(), sch.UID, "h", "", 0)
		return err == nil && len(dead) == 1
	})
}
