package follow

import (
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ledger is a job as its follower knows it: the record's changing part, and where each task stands. What is not in the record is known to one follower
// only, and learned again by the question with which each begins.
type ledger struct {
	id       string
	revision int64
	tasks    int
	created  time.Time
	// policy is what the host does about the job by itself.
	policy scheduler.Policy
	status store.JobStatus
	// states is nil until there is news: a job that nothing happens to costs no memory for its tasks.
	states store.TaskStates
	// counts are those of states, kept with every move so that news costs what it changes; nil: nobody has counted yet.
	counts map[scheduler.State]int
	// times are the pool's times of the tasks' states, in ms; 0: not told. gone is since when the pool says that it does not know a task, by our clock;
	// 0: it does. Each is nil while there is none.
	times, gone []int64
	// touched is what the follower's clock said when the job last moved by an event, or by somebody else; answered is when the question was put whose
	// answer last moved it.
	touched, answered int
	// cancelled and asked are when its cancellation was last repeated, and when the pool was last asked about it because it is missing.
	cancelled, asked time.Time
	// expired is when it was last found that its time is over.
	expired time.Time
}

// newLedger makes the ledger of a record, as lists give it.
func newLedger(j store.Job) *ledger {
	l := &ledger{id: j.ID, revision: j.Revision, tasks: tasks(j), created: j.Created, policy: j.Spec.Policy, status: j.Status}
	if since := l.status.Missing; !since.IsZero() && !l.status.State.Terminal() {
		if l.tasks == 1 {
			l.gone = []int64{since.UnixMilli()}
		} else {
			// Which tasks those were nobody remembers: the wait begins again, rather than that one of the others is given up too soon.
			l.status.Missing = time.Time{}
		}
	}
	return l
}

// tasks is the number of tasks of a job.
func tasks(j store.Job) int {
	if j.Tasks > 0 {
		return j.Tasks
	}
	if j.Workflow != nil {
		return j.Workflow.Tasks()
	}
	return j.Spec.Tasks()
}

// alike gives the states of a job whose tasks all stand where the job does, which needs no reading.
func (l *ledger) alike() bool {
	if l.status.Counts[l.status.State] != l.tasks {
		return false
	}
	l.stand(store.NewTaskStates(l.tasks, l.status.State))
	return true
}

// stand takes over where all tasks stand.
func (l *ledger) stand(states store.TaskStates) { l.states, l.counts = states, nil }

// move brings a task from one state to another.
func (l *ledger) move(task int, from, to scheduler.State) {
	if l.counts == nil {
		l.counts = l.states.Counts()
	}
	l.counts[from]--
	l.counts[to]++
	l.states.Set(task, 1, to)
}

// tally is how many tasks are in each state, for others to keep; states without any are left out.
func (l *ledger) tally() map[scheduler.State]int {
	if l.counts == nil {
		l.counts = l.states.Counts()
	}
	maps.DeleteFunc(l.counts, func(_ scheduler.State, n int) bool { return n == 0 })
	return maps.Clone(l.counts)
}

// inherit takes over, from the ledger that a fresh one replaces, what the record does not hold.
func (l *ledger) inherit(old *ledger) {
	if old == nil || old.status.Run != l.status.Run {
		return
	}
	l.times, l.cancelled, l.asked, l.expired = old.times, old.cancelled, old.asked, old.expired
	if old.status.State == l.status.State && old.status.Native == l.status.Native && maps.Equal(old.status.Counts, l.status.Counts) {
		l.touched, l.answered = old.touched, old.answered
	}
	if l.tasks > 1 && !l.status.State.Terminal() {
		l.gone = old.gone
		l.status.Missing = l.missing()
	}
}

// token tags the run that the pool has now.
func (l *ledger) token() string {
	return store.Job{ID: l.id, Status: store.JobStatus{Run: l.status.Run}}.Token()
}

func (l *ledger) ref() scheduler.Ref {
	return scheduler.Ref{ID: l.status.Native, Token: l.token(), Tasks: l.tasks}
}

// stamp keeps the pool's time of a task's state.
func (l *ledger) stamp(task int, at time.Time) {
	if at.IsZero() {
		if l.times != nil {
			l.times[task] = 0
		}
		return
	}
	if l.times == nil {
		l.times = make([]int64, l.tasks)
	}
	l.times[task] = at.UnixMilli()
}

// since is the pool's time of a task's state; 0: not told.
func (l *ledger) since(task int) int64 {
	if l.times == nil {
		return 0
	}
	return l.times[task]
}

// found notes that the pool knows a task.
func (l *ledger) found(task int) {
	if l.gone != nil {
		l.gone[task] = 0
	}
}

// missing is since when the pool says that it does not know some task; zero: it knows them all.
func (l *ledger) missing() time.Time {
	first := int64(math.MaxInt64)
	for _, since := range l.gone {
		if since != 0 {
			first = min(first, since)
		}
	}
	if first == math.MaxInt64 {
		l.gone = nil
		return time.Time{}
	}
	return time.UnixMilli(first).UTC()
}

// mostNotes is how many notes a record keeps. The first ones stay: so a driver that says ever new nonsense comes to an end.
const mostNotes = 20

// note keeps what was heard and changed nothing, once; false: it is known already.
func (l *ledger) note(text string, at time.Time) bool {
	const most = 512
	if len(text) > most {
		text = text[:most] + "…"
	}
	switch n := len(l.status.Notes); {
	case n >= mostNotes:
		return false
	case n == mostNotes-1:
		text = "more was heard that does not fit; it is not kept"
	}
	for _, n := range l.status.Notes {
		if n.Text == text {
			return false
		}
	}
	// A list that others may be reading is not added to in place.
	l.status.Notes = append(append([]store.Note(nil), l.status.Notes...), store.Note{Time: at, Text: text})
	return true
}

// words are a status for a note: what was said, without the moment, so that a repeat reads the same.
func words(n scheduler.Status, tasks int) string {
	text := string(n.State)
	if tasks > 1 {
		text = fmt.Sprintf("task %d: %s", n.Task, n.State)
		if n.Count > 1 {
			text = fmt.Sprintf("tasks %d to %d: %s", n.Task, n.Task+n.Count-1, n.State)
		}
	}
	if n.Exit != nil {
		text += ", " + exitWords(*n.Exit)
	}
	if n.Reason != "" {
		text += " (" + n.Reason + ")"
	}
	return text
}

func exitWords(e scheduler.Exit) string {
	if e.Signal != 0 {
		return fmt.Sprintf("signal %d", e.Signal)
	}
	return fmt.Sprintf("exit code %d", e.Code)
}
