package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("submit: %w", fault.After(fault.By(fault.Scheduler, fault.Invalid.New("host: %w", fs.ErrNotExist)), time.Second))
	if !errors.Is(err, fault.Invalid) || !errors.Is(err, fs.ErrNotExist) || errors.Is(err, fault.NotFound) {
		t.Fatalf("errors.Is does not see through %v", err)
	}
	if got := fault.Of(err); got != fault.Invalid {
		t.Errorf("Of = %q", got)
	}
	if got := fault.Blame(err); got != fault.Scheduler {
		t.Errorf("Blame = %q", got)
	}
	if d, ok := fault.RetryAfter(err); !ok || d != time.Second {
		t.Errorf("RetryAfter = %v, %v", d, ok)
	}
	if got, want := err.Error(), "submit: host: file does not exist"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestOutermostKindWins(t *testing.T) {
	t.Parallel()
	err := fault.Unavailable.New("pool: %w", fault.Invalid.New("bad"))
	if got := fault.Of(err); got != fault.Unavailable {
		t.Fatalf("Of = %q", got)
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		kind  fault.Kind
		blame fault.Party
	}{
		"nil":       {nil, "", ""},
		"bare kind": {fmt.Errorf("x: %w", fault.Exists), fault.Exists, fault.User},
		"deadline":  {fmt.Errorf("x: %w", context.DeadlineExceeded), fault.Timeout, fault.Scheduler},
		"cancelled": {context.Canceled, fault.Cancelled, ""},
		"missing":   {fs.ErrNotExist, fault.NotFound, fault.User},
		"unknown":   {errors.New("boom"), fault.Internal, fault.Driver},
		"blamed":    {fault.By(fault.Host, errors.New("boom")), fault.Internal, fault.Host},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fault.Of(c.err); got != c.kind {
				t.Errorf("Of = %q, want %q", got, c.kind)
			}
			if got := fault.Blame(c.err); got != c.blame {
				t.Errorf("Blame = %q, want %q", got, c.blame)
			}
		})
	}
}

func ExampleKind_New() {
	err := fault.NotFound.New("scheduler %q: no such name", "flood")
	fmt.Println(errors.Is(err, fault.NotFound), err)
	// Output: true scheduler "flood": no such name
}
