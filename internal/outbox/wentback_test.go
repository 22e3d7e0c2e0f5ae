package outbox_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
)

// swapped is a store in whose place an older copy of it comes, as a Redis that syncs every second does after a kill.
type swapped struct{ at atomic.Pointer[store.Store] }

func (s *swapped) Events(ctx context.Context, uid string, after store.EventID, limit int) ([]store.Event, error) {
	return s.at.Load().Events(ctx, uid, after, limit)
}
func (s *swapped) LastEvent(ctx context.Context, uid string) (store.EventID, error) {
	return s.at.Load().LastEvent(ctx, uid)
}
func (s *swapped) Ended(ctx context.Context, uid string, since time.Time, after string, limit int) ([]store.Job, error) {
	return s.at.Load().Ended(ctx, uid, since, after, limit)
}
func (s *swapped) HookCursor(ctx context.Context, uid, hook string) (store.EventID, bool, error) {
	return s.at.Load().HookCursor(ctx, uid, hook)
}
func (s *swapped) SetHookCursor(ctx context.Context, uid, hook string, fence int64, id store.EventID, retry []store.Letter) error {
	return s.at.Load().SetHookCursor(ctx, uid, hook, fence, id, retry)
}
func (s *swapped) DueLetters(ctx context.Context, uid, hook string, now time.Time, limit int) ([]store.Letter, time.Time, error) {
	return s.at.Load().DueLetters(ctx, uid, hook, now, limit)
}
func (s *swapped) SettleLetter(ctx context.Context, uid, hook string, fence int64, l store.Letter, done, dead bool) error {
	return s.at.Load().SettleLetter(ctx, uid, hook, fence, l, done, dead)
}
func (s *swapped) AcquireNamedLease(ctx context.Context, uid, name, owner string, ttl time.Duration) (store.Lease, bool, error) {
	return s.at.Load().AcquireNamedLease(ctx, uid, name, owner, ttl)
}
func (s *swapped) Renew(ctx context.Context, l store.Lease, ttl time.Duration) (bool, error) {
	return s.at.Load().Renew(ctx, l, ttl)
}
func (s *swapped) Release(ctx context.Context, l store.Lease) error {
	return s.at.Load().Release(ctx, l)
}
func (s *swapped) SchedulerByUID(ctx context.Context, uid string) (store.Scheduler, error) {
	return s.at.Load().SchedulerByUID(ctx, uid)
}
func (s *swapped) ListSchedulers(ctx context.Context, q store.SchedulerQuery) ([]store.Scheduler, error) {
	return s.at.Load().ListSchedulers(ctx, q)
}

// older is what a store has on its disk by now, opened as another store.
func older(t testing.TB, dir string) *store.Store {
	t.Helper()
	to := filepath.Join(t.TempDir(), "older")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(t.Context(), store.Options{Path: to})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// The store goes back and on while a handler is being served, so that numbers of events that it was told are those of others: they are told too.
func TestTheStoreGoesBackInARound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch := made(t, s, "Default")
	both := &swapped{}
	both.at.Store(s)
	o := outbox.New(both, "one", hclog.NewNullLogger())
	t.Cleanup(func() { o.Close(context.Background()) })
	var got told
	handle(t, o, outbox.Handler{Name: "h", Handle: func(_ context.Context, e store.Event) error { got.note(e); return nil }})
	tell := func(ids []string) {
		t.Helper()
		o.Changed(t.Context(), sch.UID)
		for _, id := range ids {
			eventually(t, "the end of "+id, func() bool { return got.of(id) > 0 })
		}
	}
	tell(finish(t, s, sch, 2))
	back := older(t, dir) // its holder's lease is as it was
	tell(finish(t, s, sch, 4))
	others := finish(t, back, sch, 5)
	both.at.Store(back)
	tell(others)
	tell(finish(t, back, sch, 1))
}

// What a handler panicked about is the letter's reason, in one line; where it was is in the log.
func TestAPanicsStackIsLogged(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	var log bytes.Buffer
	o := outbox.New(s, "one", hclog.New(&hclog.LoggerOptions{Output: &log}))
	handle(t, o, outbox.Handler{Name: "h", Attempts: 1, Handle: func(context.Context, store.Event) error { panicHere(); return nil }})
	finish(t, s, sch, 1)
	o.Changed(t.Context(), sch.UID)
	var dead []store.Letter
	eventually(t, "the dead letter", func() bool {
		dead, _ = s.DeadLetters(t.Context(), sch.UID, "h", "", 0)
		return len(dead) == 1
	})
	if err := o.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r := dead[0].Reason; !strings.HasSuffix(r, "the handler panicked: out of cheese") {
		t.Errorf("reason: %q", r)
	}
	if !strings.Contains(log.String(), "panicHere") {
		t.Errorf("no stack in the log: %s", log.String())
	}
}

func panicHere() { panic("out of cheese\nredo from start") }
