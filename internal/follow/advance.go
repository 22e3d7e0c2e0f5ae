package follow

import (
	"fmt"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// report is one piece of news, and where it comes from.
type report struct {
	scheduler.Status
	// answer tells an answer to a question from an event. asked is, of an answer, the follower's clock when the question was put.
	answer bool
	asked  int
}

// moment is when news is heard: now by the clock on the wall, and tick by the follower's own, which each question moves on; tick is later than every
// question that was put. lostAfter is the rule of that name.
type moment struct {
	now       time.Time
	tick      int
	lostAfter time.Duration
}

// The sources of what is known, as records name them.
const (
	fromSubmit = "submit"
	fromEvents = "events"
	fromQuery  = "query"
)

func (n report) source() string {
	if n.answer {
		return fromQuery
	}
	return fromEvents
}

// advance works the news about one job into its ledger. It answers with what changed of the tasks, and whether the record differs at all. It is the one
// place where states move:
//
//   - A task's terminal state never changes again. News that contradicts it becomes a note, once: another end; a state that began after the end; any
//     state, if the pool was asked after the end, or was never to have the job. That a pool does not know any more what has ended contradicts nothing,
//     and an event that does not tell its time may be history.
//   - News that says what is known already is no change, so that repeats cost nothing, not even a write.
//   - A state that this build does not know is no change either.
//   - A job that the pool has got is pending no more, nor is any of its tasks, whatever else the news says. Of one that is pending nothing can be missing.
//   - Lost is believed when it is still said lostAfter later, and nothing else was said between. Until then the state stays, and Missing says since when.
//   - The order of events is that of the pool's clock, where events tell their time: one of before the state known is history that is told again, as by
//     a log that is read from its beginning, and changes nothing. One of the same moment counts, for pools count in seconds; a log ends with what is true.
//   - An answer to a question says how things stand, whatever its time: so it mends a clock that was set back, and events that were missed. Only where the
//     job has moved since the question was put, the answer may be of before, and is judged as an event is, in favour of what is known: it must be newer.
//   - The end of a task is believed from whomever, and of whatever time: it is not history if it is not known.
//
// l.states must be there.
func advance(l *ledger, news []report, m moment) (changes []store.TaskChange, differs bool) {
	arrived := false
	var believed []report
	for _, n := range news {
		n.Time = plausible(n.Time)
		some, noted := l.hear(n, m)
		changes = append(changes, some...)
		differs = differs || noted
		if len(some) > 0 {
			believed = append(believed, n)
		}
		if n.ID != "" && n.State != scheduler.Lost && !l.status.State.Terminal() && l.status.Native == "" {
			l.status.Native = n.ID
			l.status.Submitted = m.now
			arrived = true
		}
	}
	if len(news) == 0 {
		return nil, false
	}
	if arrived {
		changes = append(changes, l.queue()...)
	}
	if !l.status.State.Terminal() {
		if missing := l.missing(); !missing.Equal(l.status.Missing) && !l.lost(changes) {
			l.status.Missing, differs = missing, true
		}
		l.status.Observed, l.status.Source = m.now, news[len(news)-1].source()
	}
	if len(changes) == 0 {
		return nil, differs || arrived
	}
	l.status.Counts = l.tally()
	before := l.status.State
	l.status.State = whole(l.status.Counts, l.tasks)
	l.explain(believed, before)
	return changes, true
}

// lost tells whether changes give tasks up; Missing then goes on to say since when they were missing.
func (l *ledger) lost(changes []store.TaskChange) bool {
	for _, c := range changes {
		if c.State == scheduler.Lost {
			return true
		}
	}
	return false
}

// plausible is the time that a pool told, or zero where nobody can mean that.
func plausible(at time.Time) time.Time {
	if y := at.Year(); y < 1970 || y > 9998 {
		return time.Time{}
	}
	return at
}

// queue moves the tasks that are still pending on: news about some can be faster than the answer to the submission of all.
func (l *ledger) queue() (changes []store.TaskChange) {
	for task := range l.tasks {
		if l.states.At(task) == scheduler.Pending {
			l.move(task, scheduler.Pending, scheduler.Queued)
			changes = extend(changes, task, scheduler.Queued, store.TaskDetail{})
		}
	}
	return changes
}

// extend adds a task's change, to the one before where they are neighbours and alike.
func extend(changes []store.TaskChange, task int, state scheduler.State, detail store.TaskDetail) []store.TaskChange {
	if last := len(changes) - 1; last >= 0 && changes[last].First+changes[last].Count == task && changes[last].State == state {
		changes[last].Count++
		return changes
	}
	return append(changes, store.TaskChange{First: task, Count: 1, State: state, Detail: detail})
}

// hear works one piece of news into the tasks' states. It gives the runs of tasks that it changed, and whether it left a note.
func (l *ledger) hear(n report, m moment) (changes []store.TaskChange, noted bool) {
	if !known(n.State) {
		return nil, false
	}
	if n.ID != "" && l.status.Native != "" && n.ID != l.status.Native {
		noted = l.note(fmt.Sprintf("the pool has it as %q, and told of it as %q as well", l.status.Native, n.ID), m.now)
	}
	at := n.Time
	if at.IsZero() {
		at = m.now
	}
	detail := store.TaskDetail{Reason: n.Reason, Native: n.Native, Cause: n.Cause, Exit: n.Exit, Node: n.Node, Time: n.Time}
	contradicted := false
	for task := max(n.Task, 0); task < min(n.Task+max(n.Count, 1), l.tasks); task++ {
		was := l.states.At(task)
		switch {
		case was.Terminal():
			if !contradicted && l.contradicts(n, task, was) {
				contradicted = true
				noted = l.note(fmt.Sprintf("after it was %s the pool said: %s", was, words(n.Status, l.tasks)), at) || noted
			}
		case n.State == scheduler.Lost:
			if l.givesUp(n, task, was, m) {
				l.move(task, was, scheduler.Lost)
				l.stamp(task, n.Time)
				l.found(task) // nobody waits for it any more
				changes = extend(changes, task, scheduler.Lost, detail)
			}
		case l.history(n, task):
		case was == n.State:
			l.found(task)
			if n.Time.UnixMilli() > l.since(task) {
				l.stamp(task, n.Time)
			}
		default:
			l.found(task)
			l.move(task, was, n.State)
			l.stamp(task, n.Time)
			changes = extend(changes, task, n.State, detail)
		}
	}
	if len(changes) > 0 {
		l.happened(n, at)
		l.bad(n, changes[0].First)
		if n.answer {
			l.answered = max(l.answered, n.asked)
		} else {
			l.touched = m.tick
		}
	}
	return changes, noted
}

// overtaken tells whether the job has moved since a question was put whose answer this is, by anything but that answer.
func (l *ledger) overtaken(n report) bool {
	return n.answer && max(l.touched, l.answered) > n.asked
}

// history tells whether news that is not of an end is of before what is known about the task.
func (l *ledger) history(n report, task int) bool {
	if n.State.Terminal() {
		return false
	}
	told, since := n.Time.UnixMilli(), l.since(task)
	if !n.answer {
		return !n.Time.IsZero() && told < since
	}
	return l.overtaken(n) && (n.Time.IsZero() || since == 0 || told <= since)
}

// contradicts tells whether news about a task that has ended is more than a repeat, or history.
func (l *ledger) contradicts(n report, task int, was scheduler.State) bool {
	switch {
	case n.State == was:
		return l.tasks == 1 && n.Exit != nil && l.status.Exit != nil && *n.Exit != *l.status.Exit
	case n.State == scheduler.Lost:
		return false
	case n.State.Terminal() || l.status.Native == "":
		return true
	case n.Time.IsZero():
		return n.answer && !l.overtaken(n)
	}
	end := time.UnixMilli(l.since(task))
	if l.since(task) == 0 {
		end = l.status.Ended
	}
	if was == scheduler.Lost {
		end = l.status.Missing
	}
	return n.Time.After(end)
}

// givesUp tells whether a task that the pool says it does not know is lost by now.
func (l *ledger) givesUp(n report, task int, was scheduler.State, m moment) bool {
	if was == scheduler.Pending || l.overtaken(n) {
		return false
	}
	if l.gone == nil {
		l.gone = make([]int64, l.tasks)
	}
	if l.gone[task] == 0 {
		l.gone[task] = m.now.UnixMilli()
	}
	return m.now.UnixMilli()-l.gone[task] >= m.lostAfter.Milliseconds()
}

// happened keeps, of news that changed something, what the record says about the job as a whole.
func (l *ledger) happened(n report, at time.Time) {
	if n.State == scheduler.Running && (l.status.Started.IsZero() || at.Before(l.status.Started)) {
		l.status.Started = at
	}
	if n.State.Terminal() && at.After(l.status.Ended) {
		l.status.Ended = at
	}
	if l.tasks == 1 {
		l.status.Exit, l.status.Cause = n.Exit, n.Cause
		if n.Node != "" {
			l.status.Node = n.Node
		}
	}
}

// bad keeps, of an array, the first task that ended in a state that is no success: when the last one has ended its reason is that of the whole.
func (l *ledger) bad(n report, task int) {
	reason := n.Reason
	if reason == "" && n.Exit != nil {
		reason = exitWords(*n.Exit)
	}
	if l.tasks == 1 || !n.State.Terminal() || n.State == scheduler.Succeeded || reason == "" && n.Native == "" {
		return
	}
	if slices.ContainsFunc(l.status.Bad, func(b store.BadTask) bool { return b.State == n.State }) {
		return
	}
	// A list that others may be reading is not added to in place.
	l.status.Bad = append(slices.Clip(l.status.Bad), store.BadTask{Task: task, State: n.State, Reason: reason, Native: n.Native})
}

// explain keeps the reason of the job as a whole: of a single task its own, of an array how many did not go well, with the first one's reason.
func (l *ledger) explain(news []report, before scheduler.State) {
	state := l.status.State
	if !state.Terminal() {
		l.status.Ended = time.Time{}
	}
	if state != before || state == scheduler.Queued || state == scheduler.Running || state == scheduler.Succeeded {
		l.status.Reason, l.status.NativeWord = "", ""
	}
	if l.tasks > 1 && state.Terminal() && before != state {
		l.summarize()
		return
	}
	for i := len(news) - 1; i >= 0; i-- {
		n := news[i]
		if n.State != state || n.Reason == "" && n.Native == "" {
			continue
		}
		l.status.Reason, l.status.NativeWord = n.Reason, n.Native
		if l.tasks > 1 && n.Reason != "" {
			l.status.Reason = fmt.Sprintf("task %d: %s", n.Task, n.Reason)
		}
		break
	}
	if state == scheduler.Lost && l.status.Reason == "" {
		l.status.Reason = unknownToPool
	}
}

const unknownToPool = "the pool does not know it any more"

// summarize says at the end of an array how many of its tasks ended as it did, and why the first of them.
func (l *ledger) summarize() {
	state, bad := l.status.State, l.status.Bad
	l.status.Reason, l.status.NativeWord, l.status.Bad = "", "", nil
	if state == scheduler.Succeeded {
		return
	}
	l.status.Reason = fmt.Sprintf("%d of %d tasks %s", l.status.Counts[state], l.tasks, state)
	for _, b := range bad {
		switch {
		case b.State != state:
		case b.Reason != "":
			l.status.Reason += fmt.Sprintf("; task %d: %s", b.Task, b.Reason)
			fallthrough
		default:
			l.status.NativeWord = b.Native
		}
	}
	if state == scheduler.Lost && len(bad) == 0 {
		l.status.Reason += "; " + unknownToPool
	}
}

// whole is the state of a job, from the counts of its tasks. While one task is not terminal the job is not: it runs if anything runs, else it is
// queued if anything waits for its turn, else suspended, else held. At the end a failed task makes it failed, else a lost one lost, else a cancelled
// one cancelled.
func whole(counts map[scheduler.State]int, tasks int) scheduler.State {
	ended := 0
	for state, n := range counts {
		if state.Terminal() {
			ended += n
		}
	}
	order := []scheduler.State{scheduler.Running, scheduler.Queued, scheduler.Pending, scheduler.Suspended, scheduler.Held}
	if ended == tasks {
		order = []scheduler.State{scheduler.Failed, scheduler.Lost, scheduler.Cancelled, scheduler.Succeeded}
	}
	for _, state := range order {
		if counts[state] > 0 {
			// An array of which some tasks have ended and the rest waits is on its way: it has been running.
			if state == scheduler.Queued && ended > 0 {
				return scheduler.Running
			}
			return state
		}
	}
	return scheduler.Queued
}

func known(s scheduler.State) bool {
	for _, k := range scheduler.States() {
		if s == k {
			return s != scheduler.Pending
		}
	}
	return false
}
