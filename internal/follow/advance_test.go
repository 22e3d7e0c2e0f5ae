package follow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func told(task, count int, state scheduler.State, reason string) scheduler.Status {
	return scheduler.Status{ID: "7", Token: "t", Task: task, Count: count, State: state, Reason: reason}
}

// events are news as a driver tells it while it happens.
func events(news ...scheduler.Status) (told []report) {
	for _, s := range news {
		told = append(told, report{Status: s})
	}
	return told
}

const lostAfter = 10 * time.Minute

func exited(task, code int) scheduler.Status {
	s := told(task, 1, scheduler.Succeeded, "")
	if code != 0 {
		s.State, s.Reason = scheduler.Failed, "exit code"
	}
	s.Exit = &scheduler.Exit{Code: code}
	return s
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	type counts = map[scheduler.State]int
	for name, c := range map[string]struct {
		tasks  int
		news   []scheduler.Status
		state  scheduler.State
		counts counts
		reason string
		runs   int // changes told to the store
	}{
		"nothing":                  {1, nil, scheduler.Queued, counts{scheduler.Queued: 1}, "", 0},
		"runs":                     {1, []scheduler.Status{told(0, 0, scheduler.Running, "")}, scheduler.Running, counts{scheduler.Running: 1}, "", 1},
		"a repeat is no change":    {1, []scheduler.Status{told(0, 1, scheduler.Queued, "again")}, scheduler.Queued, counts{scheduler.Queued: 1}, "", 0},
		"held says why":            {1, []scheduler.Status{told(0, 1, scheduler.Held, "no such file")}, scheduler.Held, counts{scheduler.Held: 1}, "no such file", 1},
		"released":                 {1, []scheduler.Status{told(0, 1, scheduler.Held, "x"), told(0, 1, scheduler.Queued, "")}, scheduler.Queued, counts{scheduler.Queued: 1}, "", 2},
		"terminal stays":           {1, []scheduler.Status{exited(0, 0), told(0, 1, scheduler.Running, ""), told(0, 1, scheduler.Lost, "late")}, scheduler.Succeeded, counts{scheduler.Succeeded: 1}, "", 1},
		"of the future":            {1, []scheduler.Status{told(0, 1, "unknown(77)", "")}, scheduler.Queued, counts{scheduler.Queued: 1}, "", 0},
		"pending is not a pool's":  {1, []scheduler.Status{told(0, 1, scheduler.Pending, "")}, scheduler.Queued, counts{scheduler.Queued: 1}, "", 0},
		"beyond the array":         {3, []scheduler.Status{told(2, 9, scheduler.Running, ""), told(-4, 2, scheduler.Running, ""), told(7, 1, scheduler.Running, "")}, scheduler.Running, counts{scheduler.Queued: 2, scheduler.Running: 1}, "", 1},
		"part has ended":           {3, []scheduler.Status{exited(1, 0)}, scheduler.Running, counts{scheduler.Queued: 2, scheduler.Succeeded: 1}, "", 1},
		"all have succeeded":       {3, []scheduler.Status{exited(1, 0), exited(0, 0), exited(2, 0)}, scheduler.Succeeded, counts{scheduler.Succeeded: 3}, "", 3},
		"one has failed":           {3, []scheduler.Status{exited(1, 0), exited(0, 3), exited(2, 0)}, scheduler.Failed, counts{scheduler.Succeeded: 2, scheduler.Failed: 1}, "1 of 3 tasks failed; task 0: exit code", 3},
		"of two the first one":     {3, []scheduler.Status{told(2, 1, scheduler.Failed, "killed"), exited(0, 3), exited(1, 0)}, scheduler.Failed, counts{scheduler.Succeeded: 1, scheduler.Failed: 2}, "2 of 3 tasks failed; task 2: killed", 3},
		"cancelled whole":          {1000, []scheduler.Status{exited(7, 0), told(0, 1000, scheduler.Cancelled, "by ada")}, scheduler.Cancelled, counts{scheduler.Succeeded: 1, scheduler.Cancelled: 999}, "999 of 1000 tasks cancelled; task 0: by ada", 3},
		"missing is not lost yet":  {2, []scheduler.Status{exited(0, 0), told(1, 1, scheduler.Lost, "gone")}, scheduler.Running, counts{scheduler.Succeeded: 1, scheduler.Queued: 1}, "", 1},
		"held beside what runs":    {2, []scheduler.Status{told(0, 1, scheduler.Held, "x"), told(1, 1, scheduler.Running, "")}, scheduler.Running, counts{scheduler.Held: 1, scheduler.Running: 1}, "", 2},
		"held is all that is left": {2, []scheduler.Status{exited(0, 0), told(1, 1, scheduler.Held, "no licence")}, scheduler.Held, counts{scheduler.Held: 1, scheduler.Succeeded: 1}, "task 1: no licence", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &ledger{id: "t", tasks: c.tasks, status: store.JobStatus{State: scheduler.Queued, Native: "7", Counts: counts{scheduler.Queued: c.tasks}},
				states: store.NewTaskStates(c.tasks, scheduler.Queued)}
			now := time.Now()
			runs, _ := advance(l, events(c.news...), moment{now, 1, lostAfter})
			if diff := cmp.Diff(c.counts, l.status.Counts); diff != "" || l.status.State != c.state || l.status.Reason != c.reason || len(runs) != c.runs {
				t.Errorf("state %q, reason %q, %d changes; want %q, %q, %d\n%s", l.status.State, l.status.Reason, len(runs), c.state, c.reason, c.runs, diff)
			}
			if l.status.State.Terminal() != !l.status.Ended.IsZero() && len(runs) > 0 && c.state.Terminal() {
				t.Errorf("ended %v in state %s", l.status.Ended, l.status.State)
			}
			if again, _ := advance(l, events(c.news[:min(1, len(c.news))]...), moment{now, 1, lostAfter}); c.state.Terminal() && len(again) != 0 {
				t.Errorf("a terminal job changed again: %v", again)
			}
		})
	}
}

// Why an array failed is known at its end, whenever the task that failed did so, also to a follower that took over meanwhile.
func TestAdvanceRemembersTheFirstFailure(t *testing.T) {
	t.Parallel()
	l := &ledger{id: "t", tasks: 4, status: store.JobStatus{State: scheduler.Queued, Native: "7"}, states: store.NewTaskStates(4, scheduler.Queued)}
	now := moment{time.Now(), 1, lostAfter}
	lost := told(3, 1, scheduler.Cancelled, "by ada")
	bare := scheduler.Status{ID: "7", Task: 2, Count: 1, State: scheduler.Failed, Native: "13", Exit: &scheduler.Exit{Code: 4}}
	advance(l, events(lost, bare), now)
	if l.status.State != scheduler.Running || l.status.Reason != "" || len(l.status.Bad) != 2 {
		t.Fatalf("while it goes on: %+v", l.status)
	}
	next := &ledger{id: "t", tasks: 4, status: l.status, states: l.states}
	advance(next, events(exited(1, 3)), now)
	advance(next, events(exited(0, 0)), now)
	if s := next.status; s.State != scheduler.Failed || s.Reason != "2 of 4 tasks failed; task 2: exit code 4" || s.NativeWord != "13" || s.Bad != nil {
		t.Errorf("at the end: %+v", s)
	}
}

func TestAdvanceLearnsTheNativeID(t *testing.T) {
	t.Parallel()
	l := &ledger{id: "t", tasks: 1, status: store.JobStatus{State: scheduler.Pending}, states: store.NewTaskStates(1, scheduler.Pending)}
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := told(0, 1, scheduler.Running, "")
	s.Time, s.Node = began, "node7"
	if changes, _ := advance(l, events(s), moment{time.Now(), 1, lostAfter}); len(changes) != 1 || l.status.Native != "7" || l.status.Node != "node7" || !l.status.Started.Equal(began) || l.status.Submitted.IsZero() {
		t.Errorf("%v, %+v", changes, l.status)
	}
}

// News about some tasks of an array can be faster than the answer to its submission.
func TestAdvanceLeavesNoTaskPending(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		news  scheduler.Status
		want  map[scheduler.State]int
		state scheduler.State
	}{
		"one runs":       {told(2, 1, scheduler.Running, ""), map[scheduler.State]int{scheduler.Queued: 4, scheduler.Running: 1}, scheduler.Running},
		"all run":        {told(0, 5, scheduler.Running, ""), map[scheduler.State]int{scheduler.Running: 5}, scheduler.Running},
		"an unknown one": {told(0, 1, "unknown(77)", ""), map[scheduler.State]int{scheduler.Queued: 5}, scheduler.Queued},
	} {
		l := &ledger{id: "t", tasks: 5, status: store.JobStatus{State: scheduler.Pending}, states: store.NewTaskStates(5, scheduler.Pending)}
		advance(l, events(c.news), moment{time.Now(), 1, lostAfter})
		if diff := cmp.Diff(c.want, l.status.Counts); diff != "" || l.status.State != c.state || l.status.Native != "7" {
			t.Errorf("%s: %s as %q: %s", name, l.status.State, l.status.Native, diff)
		}
	}
}
