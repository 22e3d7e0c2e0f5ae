package call_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// unsettled is a caller of an instance that its driver refuses until its third revision.
func unsettled(t *testing.T, tells bool) *call.Scheduler {
	t.Helper()
	var asked atomic.Int64
	return call.New(call.Options{Name: "pool one", Process: start(t), Instance: func(context.Context) (call.Instance, error) {
		config, revision := `{"hots":"old"}`, "1"
		if asked.Add(1) > 2 {
			config, revision = good, "2"
		}
		return call.Instance{ID: "one", Revision: revision, Config: func(context.Context) ([]byte, error) { return []byte(config), nil },
			Unsettled: func(context.Context) bool { return tells }}, nil
	}})
}

// A driver that refuses a configuration which is about to be replaced is told the next one, and the call goes on.
func TestARefusalOfWhatIsBeingReplaced(t *testing.T) {
	t.Parallel()
	job := scheduler.Job{Token: "t", Command: "/bin/true"}
	if _, err := unsettled(t, true).Submit(t.Context(), job); err != nil {
		t.Error(err)
	}
	if _, err := unsettled(t, false).Submit(t.Context(), job); !errors.Is(err, fault.Invalid) {
		t.Errorf("nothing replaces it: %v", err)
	}
}

// One for which nothing better comes is no mistake of whoever calls.
func TestARefusalOfWhatIsNeverReplaced(t *testing.T) {
	t.Parallel()
	s := call.New(call.Options{Name: "pool one", Process: start(t), Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "one", Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte(`{"hots":"old"}`), nil },
			Unsettled: func(context.Context) bool { return true }}, nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := s.Cancel(ctx, nil)
	if _, again := fault.RetryAfter(err); !errors.Is(err, fault.Unavailable) || errors.Is(err, fault.Invalid) || fault.Blame(err) != fault.Host || !again {
		t.Error(fmt.Sprint(err), fault.Blame(err))
	}
}
