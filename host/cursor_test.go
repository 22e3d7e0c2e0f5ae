package host_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// cursorAt reads all events until the job is in that state, and gives the cursor of that one.
func cursorAt(t *testing.T, h *host.Host, job string, state scheduler.State) string {
	t.Helper()
	for e, err := range h.Events(t.Context(), host.FromStart) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Job == job && e.State == state {
			return e.Cursor
		}
	}
	t.Fatal("no more events")
	return ""
}

// firstOf is what the first event after a cursor is, within a moment.
func firstOf(ctx context.Context, h *host.Host, cursor string) (host.Event, error) {
	for e, err := range h.Events(ctx, cursor) {
		return e, err
	}
	return host.Event{}, ctx.Err()
}

// A store that has gone back and on has other events of the numbers that a reader has seen: who comes with a cursor of before is told so, and not the events that happen
// to come after that number.
func TestACursorOfATimeThatIsLost(t *testing.T) {
	t.Parallel()
	p, l := newPool(), newLosing(t)
	o := drivers(p.plugin("memory"))
	o.Redis = l.client
	h := open(t, t.TempDir(), o)
	s := saved(t, h, "Default")
	kept := submit(t, s, scheduler.Job{})
	reach(t, kept, scheduler.Queued)
	before := cursorAt(t, h, kept.ID, scheduler.Queued)
	l.remember()
	lost := submit(t, s, scheduler.Job{})
	reach(t, lost, scheduler.Queued)
	cursor := cursorAt(t, h, lost.ID, scheduler.Queued)
	l.lose()
	var last *host.Job
	for range 3 {
		for deadline := time.Now().Add(time.Minute); ; {
			j, err := s.Submit(t.Context(), scheduler.Job{Command: "x"})
			if err == nil {
				last = j
				break
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
		reach(t, last, scheduler.Queued)
	}
	if e, err := firstOf(t.Context(), h, cursor); !errors.Is(err, fault.Conflict) {
		t.Errorf("after a cursor that is lost came %+v, %v", e, err)
	}
	// A cursor of before goes on, and so does the one that the reader gets who begins anew.
	if e, err := firstOf(t.Context(), h, before); err != nil || e.Job == kept.ID {
		t.Errorf("%+v, %v", e, err)
	}
	p.move(scheduler.Status{Token: last.ID, State: scheduler.Running})
	if e, err := firstOf(t.Context(), h, cursorAt(t, h, last.ID, scheduler.Queued)); err != nil || e.Job != last.ID || e.State != scheduler.Running {
		t.Errorf("%+v, %v", e, err)
	}
}

// Cursors that portals have kept from before there were marks in them are good for as long as their events are.
func TestAPlainCursor(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	s := saved(t, h, "Default")
	j := submit(t, s, scheduler.Job{})
	reach(t, j, scheduler.Queued)
	raw, err := base64.RawURLEncoding.DecodeString(cursorAt(t, h, j.ID, scheduler.Pending))
	if err != nil {
		t.Fatal(err)
	}
	marked, plain := map[string]string{}, map[string]int64{}
	if err := json.Unmarshal(raw, &marked); err != nil || len(marked) != 1 {
		t.Fatalf("%s: %v", raw, err)
	}
	for uid, at := range marked {
		number, _, _ := strings.Cut(at, ":")
		if plain[uid], err = strconv.ParseInt(number, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if raw, err = json.Marshal(plain); err != nil {
		t.Fatal(err)
	}
	if e, err := firstOf(t.Context(), h, base64.RawURLEncoding.EncodeToString(raw)); err != nil || e.Job != j.ID || e.State != scheduler.Queued || e.Cursor == "" {
		t.Errorf("%+v, %v", e, err)
	}
	for _, bad := range []string{`{"a":"x"}`, `{"a":{}}`, `null`, `[]`, `{"a":true}`} {
		if _, err := firstOf(t.Context(), h, base64.RawURLEncoding.EncodeToString([]byte(bad))); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
