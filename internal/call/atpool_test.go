package call_test

import (
	"errors"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a driver was not described with is refused before anybody is asked.
func TestVerbsOfServicesThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := call.New(call.Options{Name: "pool one"})
	ctx := t.Context()
	for name, verb := range map[string]func() error{
		"SubmitBatch": func() error {
			return s.SubmitBatch(ctx, []scheduler.Job{{Token: "t", Command: "x"}}, func(scheduler.Submitted) error { return nil })
		},
		"Suspend": func() error { return s.Suspend(ctx, nil) },
		"Resume":  func() error { return s.Resume(ctx, nil) },
		"Remove":  func() error { return s.Remove(ctx, nil) },
		"Find":    func() error { return s.Find(ctx, "", time.Time{}, func(scheduler.Found) error { return nil }) },
		"Explain": func() error { _, err := s.Explain(ctx, scheduler.Ref{}, 0); return err },
		"Inspect": func() error { _, err := s.Inspect(ctx); return err },
	} {
		if err := verb(); !errors.Is(err, fault.Unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var (
	_ scheduler.Batcher   = (*call.Scheduler)(nil)
	_ scheduler.Suspender = (*call.Scheduler)(nil)
	_ scheduler.Remover   = (*call.Scheduler)(nil)
	_ scheduler.Finder    = (*call.Scheduler)(nil)
	_ scheduler.Explainer = (*call.Scheduler)(nil)
	_ scheduler.Inspector = (*call.Scheduler)(nil)
)
