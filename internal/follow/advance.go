package follow

import (
	"fmt"
	"maps"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ledger is a job as its follower knows it: the record's changing part, and where each task stands.
type ledger struct {
	id       string
	revision int64
	tasks    int
	status   store.JobStatus
	// states is nil until there is news: a job that nothing happens to costs no memory for its tasks.
	states store.TaskStates
}

// advance works the news about one job into its ledger and returns what changed. It is the one place where states move:
//
//   - a task's terminal state never changes again, whatever arrives late;
//   - news that says what is known already is no change, so that repeats cost nothing;
//   - a state that this build does not know is no change either;
//   - a job that the pool has got is pending no more, nor is any of its tasks, whatever else the news says.
//
// l.states must be there.
func advance(l *ledger, news []scheduler.Status, now time.Time) (changes []store.TaskChange) {
	arrived := false
	for _, n := range news {
		changes = append(changes, l.note(n, now)...)
		if n.ID != "" && l.status.Native == "" {
			l.status.Native = n.ID
			l.status.Submitted = now
			arrived = true
		}
	}
	if arrived {
		changes = append(changes, l.queue()...)
	}
	l.status.Observed = now
	if len(changes) == 0 {
		return nil
	}
	l.status.Counts = l.states.Counts()
	before := l.status.State
	l.status.State = whole(l.status.Counts, l.tasks)
	l.explain(news, before)
	return changes
}

// queue moves the tasks that are still pending on: news about some can be faster than the answer to the submission of all.
func (l *ledger) queue() (changes []store.TaskChange) {
	for task := range l.tasks {
		if l.states.At(task) != scheduler.Pending {
			continue
		}
		l.states.Set(task, 1, scheduler.Queued)
		if last := len(changes) - 1; last >= 0 && changes[last].First+changes[last].Count == task {
			changes[last].Count++
			continue
		}
		changes = append(changes, store.TaskChange{First: task, Count: 1, State: scheduler.Queued})
	}
	return changes
}

// note works one piece of news into the tasks' states, and gives the runs of tasks that it changed.
func (l *ledger) note(n scheduler.Status, now time.Time) (changes []store.TaskChange) {
	if !known(n.State) {
		return nil
	}
	at := n.Time
	if at.IsZero() {
		at = now
	}
	detail := store.TaskDetail{Reason: n.Reason, Native: n.Native, Exit: n.Exit, Node: n.Node, Time: n.Time}
	for task := max(n.Task, 0); task < min(n.Task+max(n.Count, 1), l.tasks); task++ {
		was := l.states.At(task)
		if was == n.State || was.Terminal() {
			continue
		}
		l.states.Set(task, 1, n.State)
		if last := len(changes) - 1; last >= 0 && changes[last].First+changes[last].Count == task {
			changes[last].Count++
			continue
		}
		changes = append(changes, store.TaskChange{First: task, Count: 1, State: n.State, Detail: detail})
	}
	if len(changes) == 0 {
		return nil
	}
	// An end whose beginning was never told has begun by then.
	if began := n.State == scheduler.Running; (began || n.Exit != nil) && (l.status.Started.IsZero() || began && at.Before(l.status.Started)) {
		l.status.Started = at
	}
	if n.State.Terminal() && at.After(l.status.Ended) {
		l.status.Ended = at
	}
	if l.tasks == 1 {
		l.status.Exit = n.Exit
		if n.Node != "" {
			l.status.Node = n.Node
		}
	}
	return changes
}

// explain keeps the reason of the job as a whole: of a single task its own, of an array how many did not go well, with the last one's reason.
func (l *ledger) explain(news []scheduler.Status, before scheduler.State) {
	state := l.status.State
	if !state.Terminal() {
		l.status.Ended = time.Time{}
	}
	if state != before || state == scheduler.Queued || state == scheduler.Running || state == scheduler.Succeeded {
		l.status.Reason, l.status.NativeWord = "", ""
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
	if l.tasks > 1 && state.Terminal() && state != scheduler.Succeeded && before != state {
		summary := fmt.Sprintf("%d of %d tasks %s", l.status.Counts[state], l.tasks, state)
		if l.status.Reason != "" {
			summary += "; " + l.status.Reason
		}
		l.status.Reason = summary
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

// clone makes a copy to think on, so that a commit that fails leaves the ledger as it was.
func (l *ledger) clone() *ledger {
	c := *l
	c.status.Counts = maps.Clone(l.status.Counts)
	c.states = append(store.TaskStates(nil), l.states...)
	return &c
}
