package drivertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// How long the suite pauses between two questions: short at first, for pools that are quick.
const (
	shortestPause = 20 * time.Millisecond
	longestPause  = 400 * time.Millisecond
)

// tasks are what a driver tells about one job, task by task; nil: nothing of that one.
type tasks []*schedulerv1.Status

// tasksOf takes apart what was told of a job.
func tasksOf(ref *schedulerv1.JobRef, told []*schedulerv1.Status) (tasks, error) {
	all := make(tasks, ref.GetCount())
	for _, s := range told {
		if s.GetToken() != ref.GetToken() {
			continue
		}
		for i := s.GetTask(); i < s.GetTask()+max(1, s.GetCount()); i++ {
			if i < 0 || i >= ref.GetCount() {
				return nil, saw("a status speaks of task %d of a job that has %d: %s", i, ref.GetCount(), show(s))
			}
			if all[i] != nil {
				return nil, saw("one answer speaks of task %d twice: %s and %s", i, show(all[i]), show(s))
			}
			all[i] = s
		}
	}
	return all, nil
}

// all tells whether every task is in one of these states.
func (t tasks) all(states ...schedulerv1.State) bool {
	for _, s := range t {
		if s == nil || !slices.Contains(states, s.GetState()) {
			return false
		}
	}
	return true
}

func (t tasks) ended() bool { return t.all(ends()...) }

func ends() []schedulerv1.State {
	return []schedulerv1.State{schedulerv1.State_STATE_SUCCEEDED, schedulerv1.State_STATE_FAILED, schedulerv1.State_STATE_CANCELLED, schedulerv1.State_STATE_LOST}
}

func terminal(s schedulerv1.State) bool { return slices.Contains(ends(), s) }

// show is the tasks in words, those that are alike together.
func (t tasks) show() string {
	var words []string
	for i := 0; i < len(t) && len(words) < 8; {
		j := i
		for j < len(t) && (t[i] == nil) == (t[j] == nil) && t[i].GetState() == t[j].GetState() && t[i].GetReason() == t[j].GetReason() {
			j++
		}
		what := "nothing is told"
		if t[i] != nil {
			what = show(t[i])
		}
		if len(t) > 1 {
			what = fmt.Sprintf("task %d to %d: %s", i, j-1, what)
		}
		words = append(words, what)
		i = j
	}
	return strings.Join(words, "; ")
}

// show is a status in words.
func show(s *schedulerv1.Status) string {
	text := strings.ToLower(strings.TrimPrefix(s.GetState().String(), "STATE_"))
	if e := s.GetExit(); e != nil && e.GetSignal() != 0 {
		text += fmt.Sprintf(", signal %d", e.GetSignal())
	} else if e != nil {
		text += fmt.Sprintf(", exit code %d", e.GetCode())
	}
	if s.GetReason() != "" {
		text += fmt.Sprintf(" (%s)", s.GetReason())
	}
	return text
}

// until asks until what is told of the job is as wanted. It gives up when nothing that is told has changed for as long as the pool may take for one step.
func (s *subject) until(ctx context.Context, ref *schedulerv1.JobRef, what string, wanted func(tasks) bool) (tasks, error) {
	all, err := s.untilEach(ctx, []*schedulerv1.JobRef{ref}, what, wanted)
	return all[0], err
}

// untilEach is until for many jobs, of each of which what is told must be as wanted. They are asked about in one go.
func (s *subject) untilEach(ctx context.Context, refs []*schedulerv1.JobRef, what string, wanted func(tasks) bool) ([]tasks, error) {
	last := make([]tasks, len(refs))
	since := time.Now()
	for pause := shortestPause; ; pause = min(longestPause, pause*3/2) {
		told, err := s.query(ctx, refs...)
		if err != nil {
			return last, saw("Query, while waiting until a job is %s: %w", what, &callError{err})
		}
		now, changed, left := make([]tasks, len(refs)), false, -1
		for i, ref := range refs {
			if now[i], err = tasksOf(ref, told); err != nil {
				return now, err
			}
			changed = changed || !slices.EqualFunc(last[i], now[i], func(a, b *schedulerv1.Status) bool { return proto.Equal(a, b) })
			if !wanted(now[i]) {
				left = i
			}
		}
		if left < 0 {
			return now, nil
		}
		if changed {
			last, since = now, time.Now()
		}
		if time.Since(since) > s.suite.o.Patience {
			return now, saw("after a patience of %v without news a job is not %s: %s", s.suite.o.Patience, what, now[left].show())
		}
		if err := sleep(ctx, pause); err != nil {
			return now, saw("a job is not %s, it is %s: %w", what, now[left].show(), err)
		}
	}
}

// ended waits for the end of all tasks.
func (s *subject) ended(ctx context.Context, ref *schedulerv1.JobRef) (tasks, error) {
	return s.until(ctx, ref, "at an end", tasks.ended)
}

// running waits until all tasks run; one that ends before is an error.
func (s *subject) running(ctx context.Context, ref *schedulerv1.JobRef) error {
	now, err := s.until(ctx, ref, "running", func(t tasks) bool {
		return t.all(schedulerv1.State_STATE_RUNNING) || slices.ContainsFunc(t, func(s *schedulerv1.Status) bool { return terminal(s.GetState()) })
	})
	if err == nil && !now.all(schedulerv1.State_STATE_RUNNING) {
		return saw("a job that runs until it is cancelled is told as %s", now.show())
	}
	return err
}

// run submits a job to the process that checks share and waits for its end.
func (t *trial) run(ctx context.Context, job *schedulerv1.Job) (tasks, error) {
	ref, err := t.submit(ctx, job)
	if err != nil {
		return nil, err
	}
	return t.ended(ctx, ref)
}

// succeeds is run for a job that must succeed.
func (t *trial) succeeds(ctx context.Context, job *schedulerv1.Job) error {
	now, err := t.run(ctx, job)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job came to %s; it should have succeeded", now.show())
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
