package follow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// at is news of so many seconds after noon, by the pool's clock.
func at(seconds int, state scheduler.State) scheduler.Status {
	s := told(0, 1, state, "because")
	s.Time = noon.Add(time.Duration(seconds) * time.Second)
	return s
}

// untimed is news that does not tell when.
func untimed(state scheduler.State) scheduler.Status { return told(0, 1, state, "because") }

// submitted is a job of so many tasks that the pool has.
func submitted(tasks int) *ledger {
	return &ledger{id: "t", tasks: tasks, states: store.NewTaskStates(tasks, scheduler.Queued),
		status: store.JobStatus{State: scheduler.Queued, Native: "7", Counts: map[scheduler.State]int{scheduler.Queued: tasks}}}
}

// What is of before the state known changes nothing, whoever tells it; how a pool answers counts, unless something has happened since it was asked.
func TestTheOrderOfNews(t *testing.T) {
	t.Parallel()
	event := func(s scheduler.Status) report { return report{Status: s} }
	answer := func(asked int, s scheduler.Status) report { return report{Status: s, answer: true, asked: asked} }
	for name, c := range map[string]struct {
		news []report
		want scheduler.State
	}{
		"a log from its beginning":                   {[]report{event(at(9, scheduler.Held)), event(at(1, scheduler.Queued)), event(at(5, scheduler.Running))}, scheduler.Held},
		"what is new after it":                       {[]report{event(at(9, scheduler.Held)), event(at(5, scheduler.Running)), event(at(12, scheduler.Running))}, scheduler.Running},
		"the same moment counts":                     {[]report{event(at(9, scheduler.Queued)), event(at(9, scheduler.Running))}, scheduler.Running},
		"an event without a time counts":             {[]report{event(at(9, scheduler.Held)), event(untimed(scheduler.Running))}, scheduler.Running},
		"an event after one without a time":          {[]report{event(untimed(scheduler.Held)), event(at(1, scheduler.Running))}, scheduler.Running},
		"an old end is an end":                       {[]report{event(at(9, scheduler.Held)), event(at(2, scheduler.Failed))}, scheduler.Failed},
		"a repeat teaches the time":                  {[]report{event(untimed(scheduler.Held)), event(at(9, scheduler.Held)), event(at(5, scheduler.Running))}, scheduler.Held},
		"an answer mends a clock":                    {[]report{event(at(3600, scheduler.Held)), answer(9, at(5, scheduler.Running))}, scheduler.Running},
		"an answer that was overtaken":               {[]report{event(at(9, scheduler.Held)), answer(2, at(5, scheduler.Running))}, scheduler.Held},
		"one without a time that was overtaken":      {[]report{event(at(9, scheduler.Held)), answer(2, untimed(scheduler.Running))}, scheduler.Held},
		"one that was overtaken, and is newer":       {[]report{event(at(9, scheduler.Held)), answer(2, at(11, scheduler.Running))}, scheduler.Running},
		"one that was overtaken, and is an end":      {[]report{event(at(9, scheduler.Held)), answer(2, untimed(scheduler.Succeeded))}, scheduler.Succeeded},
		"to an older question after that to a newer": {[]report{answer(7, untimed(scheduler.Running)), answer(6, untimed(scheduler.Queued))}, scheduler.Running},
		"to a newer question after that to an older": {[]report{answer(6, untimed(scheduler.Running)), answer(7, untimed(scheduler.Held))}, scheduler.Held},
		"the year 9999 of a lying clock":             {[]report{event(scheduler.Status{State: scheduler.Held, Reason: "x", Time: noon.AddDate(9000, 0, 0)}), event(at(5, scheduler.Running))}, scheduler.Running},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := submitted(1)
			for _, n := range c.news {
				advance(l, []report{n}, moment{time.Now(), 5, lostAfter})
			}
			if l.status.State != c.want {
				t.Errorf("%s, want %s", l.status.State, c.want)
			}
			together := submitted(1)
			advance(together, c.news, moment{time.Now(), 5, lostAfter})
			if together.status.State != c.want {
				t.Errorf("%s when all come at once, want %s", together.status.State, c.want)
			}
		})
	}
}

// An answer about many tasks comes in pages, and is not overtaken by itself.
func TestAnAnswerInPages(t *testing.T) {
	t.Parallel()
	l := submitted(4)
	for page := range 2 {
		n := report{Status: told(2*page, 2, scheduler.Running, ""), answer: true, asked: 3}
		advance(l, []report{n}, moment{time.Now(), 4, lostAfter})
	}
	if l.status.Counts[scheduler.Running] != 4 {
		t.Errorf("%v", l.status.Counts)
	}
}

// Lost is believed when it lasts, and nothing else was said between.
func TestLost(t *testing.T) {
	t.Parallel()
	gone, here := untimed(scheduler.Lost), untimed(scheduler.Queued)
	for name, c := range map[string]struct {
		news []scheduler.Status
		mins []int
		want scheduler.State
	}{
		"said once":                {[]scheduler.Status{gone}, []int{0}, scheduler.Queued},
		"said again too soon":      {[]scheduler.Status{gone, gone}, []int{0, 9}, scheduler.Queued},
		"said for long":            {[]scheduler.Status{gone, gone, gone}, []int{0, 5, 10}, scheduler.Lost},
		"found between":            {[]scheduler.Status{gone, here, gone, gone}, []int{0, 5, 10, 19}, scheduler.Queued},
		"found, and lost for good": {[]scheduler.Status{gone, here, gone, gone}, []int{0, 5, 10, 20}, scheduler.Lost},
		"found running":            {[]scheduler.Status{gone, untimed(scheduler.Running), gone}, []int{0, 5, 11}, scheduler.Running},
		"found ended":              {[]scheduler.Status{gone, exited(0, 0), gone}, []int{0, 5, 11}, scheduler.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := submitted(1)
			for i, n := range c.news {
				_, differs := advance(l, events(n), moment{noon.Add(time.Duration(c.mins[i]) * time.Minute), 1, lostAfter})
				if i == 0 && (!differs || !l.status.Missing.Equal(noon)) {
					t.Errorf("missing since %v (%v)", l.status.Missing, differs)
				}
			}
			if l.status.State != c.want {
				t.Errorf("%s, want %s", l.status.State, c.want)
			}
			last := c.news[len(c.news)-1].State
			if missing := !l.status.Missing.IsZero(); !l.status.State.Terminal() && missing != (last == scheduler.Lost) {
				t.Errorf("missing since %v", l.status.Missing)
			}
		})
	}
}

// Of an array each task is lost for itself, and what is known of the others does not find it.
func TestLostTasks(t *testing.T) {
	t.Parallel()
	l := submitted(3)
	for minute := range 11 {
		advance(l, events(told(0, 2, scheduler.Running, ""), told(2, 1, scheduler.Lost, "")), moment{noon.Add(time.Duration(minute) * time.Minute), 1, lostAfter})
	}
	if l.states.At(2) != scheduler.Lost || l.status.State != scheduler.Running {
		t.Errorf("task 2 is %s, the job %s", l.states.At(2), l.status.State)
	}
	advance(l, events(exited(0, 0), exited(1, 0)), moment{noon.Add(time.Hour), 1, lostAfter})
	if l.status.State != scheduler.Lost || !strings.HasPrefix(l.status.Reason, "1 of 3 tasks lost") {
		t.Errorf("%s: %s", l.status.State, l.status.Reason)
	}
}

// The wait goes on over a restart for a job of one task, and begins again for an array, of which nobody remembers which task it was.
func TestMissingOverARestart(t *testing.T) {
	t.Parallel()
	for tasks, want := range map[int]scheduler.State{1: scheduler.Lost, 2: scheduler.Queued} {
		l := submitted(tasks)
		advance(l, events(told(0, tasks, scheduler.Lost, "")), moment{noon, 1, lostAfter})
		again := newLedger(store.Job{ID: "t", Spec: scheduler.Job{}, Tasks: tasks, Status: l.status})
		again.alike()
		advance(again, events(told(0, tasks, scheduler.Lost, "")), moment{noon.Add(10 * time.Minute), 1, lostAfter})
		if again.status.State != want {
			t.Errorf("%d tasks: %s, want %s", tasks, again.status.State, want)
		}
	}
}

// After the end whatever contradicts it is a note, once, and history is not even that.
func TestNews(t *testing.T) {
	t.Parallel()
	other := exited(0, 3)
	strange := at(90, scheduler.Running)
	strange.ID = "8"
	for name, c := range map[string]struct {
		late []scheduler.Status
		want string // in the one note; "": there is none
	}{
		"the end once more":             {[]scheduler.Status{exited(0, 0)}, ""},
		"forgotten by the pool":         {[]scheduler.Status{untimed(scheduler.Lost)}, ""},
		"history":                       {[]scheduler.Status{at(1, scheduler.Queued), at(5, scheduler.Running)}, ""},
		"running after the end":         {[]scheduler.Status{at(90, scheduler.Running), at(91, scheduler.Running)}, "after it was succeeded the pool said: running (because)"},
		"running, nobody knows when":    {[]scheduler.Status{untimed(scheduler.Running)}, ""},
		"another end":                   {[]scheduler.Status{other, other}, "after it was succeeded the pool said: failed, exit code 3 (exit code)"},
		"as another job of the pool":    {[]scheduler.Status{strange}, ""},
		"of a state of another century": {[]scheduler.Status{untimed("unknown(77)")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := submitted(1)
			end := exited(0, 0)
			end.Time = noon.Add(10 * time.Second)
			advance(l, events(end), moment{time.Now(), 1, lostAfter})
			before := l.status
			for round := range 2 {
				changes, differs := advance(l, events(c.late...), moment{time.Now(), 1, lostAfter})
				if len(changes) > 0 || differs && (round > 0 || c.want == "" && name != "as another job of the pool") {
					t.Errorf("round %d changed %v", round, changes)
				}
			}
			if l.status.State != before.State || !l.status.Ended.Equal(before.Ended) {
				t.Errorf("the end moved: %+v", l.status)
			}
			var texts []string
			for _, n := range l.status.Notes {
				texts = append(texts, n.Text)
			}
			if name == "as another job of the pool" {
				if len(texts) != 2 || !strings.Contains(texts[0], `"8"`) {
					t.Errorf("%q", texts)
				}
				return
			}
			if c.want == "" && len(texts) > 0 || c.want != "" && !slices.Equal(texts, []string{c.want}) {
				t.Errorf("%q, want %q", texts, c.want)
			}
		})
	}
}

// An answer contradicts an end that was known when the pool was asked, and no later one.
func TestAnAnswerAfterTheEnd(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{4: 0, 6: 1} {
		l := submitted(1)
		advance(l, events(exited(0, 0)), moment{time.Now(), 5, lostAfter})
		for range 2 {
			advance(l, []report{{Status: untimed(scheduler.Running), answer: true, asked: asked}}, moment{time.Now(), 7, lostAfter})
		}
		if len(l.status.Notes) != want || l.status.State != scheduler.Succeeded {
			t.Errorf("asked at %d: %v", asked, l.status.Notes)
		}
	}
}

// A driver that says ever new nonsense comes to an end with it.
func TestNotesAreBounded(t *testing.T) {
	t.Parallel()
	l := submitted(1)
	advance(l, events(exited(0, 0)), moment{time.Now(), 1, lostAfter})
	written := 0
	for i := range 1000 {
		if _, differs := advance(l, events(told(0, 1, scheduler.Failed, fmt.Sprint("reason ", i, strings.Repeat("x", 10_000)))), moment{time.Now(), 1, lostAfter}); differs {
			written++
		}
	}
	if written != mostNotes || len(l.status.Notes) != mostNotes || len(l.status.Notes[0].Text) > 1024 {
		t.Errorf("%d written, %d kept, of %d bytes", written, len(l.status.Notes), len(l.status.Notes[0].Text))
	}
}

// News about an earlier run of a job is never applied to the one that the pool has now.
func TestNewsAboutAnotherRun(t *testing.T) {
	t.Parallel()
	id := store.JobID("abcdefgh", "", noon)
	of := func(run string, state scheduler.State) report {
		return report{Status: scheduler.Status{Token: id + run, ID: "7", State: state}}
	}
	l := submitted(1)
	l.id, l.status.Run = id, 1
	l.status.Runs = []store.Run{{State: scheduler.Failed}}
	for name, c := range map[string]struct {
		news  report
		own   int
		noted bool
	}{
		"this one":                       {of("-r1", scheduler.Running), 1, false},
		"the earlier one, late":          {of("", scheduler.Running), 0, false},
		"the end of the earlier one":     {of("", scheduler.Failed), 0, false},
		"another end of the earlier one": {of("", scheduler.Succeeded), 0, true},
		"the earlier one is forgotten":   {of("", scheduler.Lost), 0, false},
		"one of the future":              {of("-r9", scheduler.Running), 0, true},
	} {
		own, noted, _ := l.current([]report{c.news}, noon)
		again, twice, _ := l.current([]report{c.news}, noon)
		if len(own) != c.own || noted != c.noted || len(again) != c.own || twice {
			t.Errorf("%s: %d of its own, noted %v, again %v", name, len(own), noted, twice)
		}
	}
}
