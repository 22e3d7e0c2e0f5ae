package hosttest

import (
	"errors"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// found are the tokens of the jobs that Find tells.
func found(t *testing.T, d *driver, prefix string, since time.Time) (tokens []string) {
	t.Helper()
	err := d.Find(t.Context(), prefix, since, func(f scheduler.Found) error {
		tokens = append(tokens, f.Ref.Token)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// A batch is its jobs one by one: a refusal is one job's, and a token that is there already is the same job.
func TestBatch(t *testing.T) {
	t.Parallel()
	p := NewPool(t)
	d := &driver{pool: p}
	jobs := []scheduler.Job{{Token: "a-1", Command: "x"}, {Token: "a-2", Command: "x"}, {Token: "b-1", Command: "x"}}
	submit := func() (ids map[string]scheduler.ID, refused []error) {
		ids = map[string]scheduler.ID{}
		err := d.SubmitBatch(t.Context(), jobs, func(s scheduler.Submitted) error {
			if s.Err != nil {
				refused = append(refused, s.Err)
				return nil
			}
			ids[s.Token] = s.ID
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids, refused
	}
	p.RefuseNext(fault.Denied.New("no account"))
	first, refused := submit()
	if len(first) != 2 || len(refused) != 1 || !errors.Is(refused[0], fault.Denied) {
		t.Fatalf("%v, %v", first, refused)
	}
	again, refused := submit()
	if len(again) != 3 || len(refused) != 0 || len(p.Jobs()) != 3 {
		t.Errorf("%v, %v; the pool has %v", again, refused, p.Jobs())
	}
	for token, id := range first {
		if again[token] != id {
			t.Errorf("%s was %s and is %s", token, id, again[token])
		}
	}
}

// Find goes by the token's beginning and by the time; what is removed is not found, and never comes again.
func TestFindAndRemove(t *testing.T) {
	t.Parallel()
	p := NewPool(t)
	d := &driver{pool: p}
	for _, token := range []string{"a-1", "a-2", "b-1"} {
		if _, err := d.Submit(t.Context(), scheduler.Job{Token: token, Command: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := found(t, d, "a-", time.Now().Add(-time.Hour)); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if got := found(t, d, "", time.Now().Add(time.Hour)); len(got) != 0 {
		t.Errorf("of the future there are %q", got)
	}
	p.Succeed("a-1")
	refs := []scheduler.Ref{{Token: "a-1", Tasks: 1}, {Token: "a-2", Tasks: 1}, {Token: "nobody's", Tasks: 1}}
	if err := d.Remove(t.Context(), refs); !errors.Is(err, fault.Conflict) {
		t.Errorf("what waits was removed: %v", err)
	}
	p.Succeed("a-2")
	for range 2 {
		if err := d.Remove(t.Context(), refs); err != nil {
			t.Error(err)
		}
	}
	if got := found(t, d, "", time.Time{}); len(got) != 1 || got[0] != "b-1" {
		t.Errorf("%q", got)
	}
	if _, err := d.Submit(t.Context(), scheduler.Job{Token: "a-1", Command: "x"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("what was removed came again: %v", err)
	}
}
