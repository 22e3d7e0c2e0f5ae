package follow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// retry decides about a job that news has moved, before that is written: whether one of its rules gives it back to be handed to the pool once more. l and
// changes are as after the news; what it answers with is written in their place, in the same step: the end of a run that a rule gives back is no end of the
// job, and nobody is told that it was. A job that somebody wants cancelled stays as it is, and so does one that is lost: it may still run.
func (l *ledger) retry(changes []store.TaskChange, now time.Time) []store.TaskChange {
	st := &l.status
	if len(l.policy.Retry) == 0 || l.tasks != 1 || !st.CancelRequested.IsZero() {
		return changes
	}
	over := store.Run{
		Native: st.Native, State: st.State, Reason: st.Reason, Cause: st.Cause, Exit: st.Exit, Node: st.Node, Started: st.Started, Ended: st.Ended,
	}
	rule := matching(l.policy.Retry, over)
	if rule < 0 || used(l.policy.Retry, st.Runs, rule) >= l.policy.Retry[rule].Times() {
		return changes
	}
	if over.Ended.IsZero() {
		over.Ended = now
	}
	delay := l.policy.Retry[rule].Delay
	*st = store.JobStatus{
		State: scheduler.Pending, Counts: map[scheduler.State]int{scheduler.Pending: 1}, Reason: between(over, st.Run, delay),
		Observed: st.Observed, Source: st.Source, Notes: st.Notes, Results: st.Results, Next: st.Next,
		Run: st.Run + 1, Runs: append(slices.Clip(st.Runs), over), RetryAt: now.Add(delay),
	}
	l.stand(store.NewTaskStates(1, scheduler.Pending))
	l.times, l.gone = nil, nil
	l.cancelled, l.asked = time.Time{}, time.Time{}
	return []store.TaskChange{{First: 0, Count: 1, State: scheduler.Pending, Detail: store.TaskDetail{Reason: st.Reason}}}
}

// between says, in the pause between two runs, what became of the first and when the second begins.
func between(over store.Run, run int, delay time.Duration) string {
	text := fmt.Sprintf("run %d %s", run+1, over.State)
	if over.State == scheduler.Held {
		text = fmt.Sprintf("run %d was held", run+1)
	}
	switch {
	case over.Reason != "":
		text += ": " + over.Reason
	case over.Exit != nil:
		text += ": " + exitWords(*over.Exit)
	}
	if delay > 0 {
		return fmt.Sprintf("%s; run %d begins in %v", text, run+2, delay)
	}
	return fmt.Sprintf("%s; run %d begins now", text, run+2)
}

// matching is the first rule that matches how a run ended, or is held; -1: none.
func matching(rules []scheduler.RetryRule, over store.Run) int {
	return slices.IndexFunc(rules, func(r scheduler.RetryRule) bool {
		switch over.State {
		case scheduler.Failed:
		case scheduler.Held:
			// One that a person is asked about is left to that person, unless a rule says its cause.
			if len(r.Causes) == 0 {
				return false
			}
		default:
			return false
		}
		e := over.Exit
		return (len(r.Causes) == 0 || slices.Contains(r.Causes, over.Cause)) &&
			(len(r.Codes) == 0 || e != nil && e.Signal == 0 && slices.Contains(r.Codes, e.Code)) &&
			(len(r.Signals) == 0 || e != nil && e.Signal != 0 && slices.Contains(r.Signals, e.Signal))
	})
}

// used is how often a rule has given the job back.
func used(rules []scheduler.RetryRule, runs []store.Run, rule int) (n int) {
	for _, r := range runs {
		if by := gaveBack(rules, r); by == rule || by < 0 {
			n++
		}
	}
	return n
}

// gaveBack is the rule by which an earlier run was given back. Some rule did: of a run whose end the store has lost it can only be told where there is one
// rule. -1: it cannot be told, and counts for each, so that no rule is used more often than it may.
func gaveBack(rules []scheduler.RetryRule, over store.Run) int {
	if rule := matching(rules, over); rule >= 0 || len(rules) != 1 {
		return rule
	}
	return 0
}

// requested is what the pool is asked for in the job's present run: its specification with what rules have changed of it, under the run's token. It follows
// from the record alone, so that whoever submits a run submits the same.
func requested(job store.Job) scheduler.Job {
	spec := job.Spec
	spec.Token = job.Token()
	for _, r := range job.Status.Runs {
		rule := gaveBack(spec.Policy.Retry, r)
		if rule < 0 {
			continue
		}
		spec.Resources.Memory = times(spec.Resources.Memory, spec.Policy.Retry[rule].MemoryFactor)
		spec.Resources.RunTime = time.Duration(times(int64(spec.Resources.RunTime), spec.Policy.Retry[rule].RunTimeFactor))
	}
	return spec
}

// times multiplies what is asked for; a factor of 0 leaves it.
func times(n int64, factor float64) int64 {
	if factor == 0 || n == 0 {
		return n
	}
	most := float64(math.MaxInt64 / 1024)
	return int64(math.Ceil(min(float64(n)*factor, most)))
}

// before are the earlier runs that may still be at the pool: those that were given back while they were held, or found beside a later one.
func before(job store.Job) (refs []scheduler.Ref) {
	for n, r := range job.Status.Runs {
		if !r.State.Terminal() {
			earlier := job
			earlier.Status.Run, earlier.Status.Native = n, r.Native
			refs = append(refs, Ref(earlier))
		}
	}
	return refs
}

// giveBack removes the last run from the pool, if that was held, and makes sure that it has gone: only then the next one may begin.
func giveBack(ctx context.Context, driver Driver, job store.Job) error {
	refs := before(job)
	if n := len(job.Status.Runs); n == 0 || len(refs) == 0 || job.Status.Runs[n-1].State.Terminal() {
		return nil
	}
	last := refs[len(refs)-1:]
	if err := driver.Cancel(ctx, last); err != nil && !errors.Is(err, fault.NotFound) {
		return fault.Unavailable.New("run %d, which was held, cannot be removed from the pool: %w", job.Status.Run, err)
	}
	there, heard := false, false
	err := driver.Query(ctx, scheduler.Query{Jobs: last}, func(s scheduler.Status) error {
		if s.Token == last[0].Token {
			heard = true
			there = there || !s.State.Terminal()
		}
		return nil
	})
	switch {
	case err != nil:
		return fault.Unavailable.New("whether run %d has gone from the pool cannot be asked: %w", job.Status.Run, err)
	case there || !heard:
		return fault.Unavailable.New("run %d, which was held, is still at the pool", job.Status.Run)
	}
	return nil
}
