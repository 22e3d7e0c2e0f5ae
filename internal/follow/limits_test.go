package follow

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// stubborn is a pool that takes cancellations and does nothing.
type stubborn struct{ *pool }

func (stubborn) Cancel(context.Context, []scheduler.Ref) error { return nil }

func TestDeadline(t *testing.T) {
	t.Parallel()
	policy := scheduler.Policy{QueueWait: 2 * time.Hour, RunTime: time.Hour, Retry: []scheduler.RetryRule{{Delay: time.Minute}}}
	for name, c := range map[string]struct {
		status store.JobStatus
		want   time.Time
	}{
		"waits":             {store.JobStatus{State: scheduler.Queued}, noon.Add(2 * time.Hour)},
		"is held":           {store.JobStatus{State: scheduler.Held}, noon.Add(2 * time.Hour)},
		"runs":              {store.JobStatus{State: scheduler.Running, Started: noon.Add(time.Minute)}, noon.Add(time.Hour + time.Minute)},
		"has ended":         {store.JobStatus{State: scheduler.Failed}, time.Time{}},
		"is to be ended":    {store.JobStatus{State: scheduler.Queued, CancelRequested: noon}, time.Time{}},
		"waits once more":   {store.JobStatus{State: scheduler.Pending, Run: 1, Runs: []store.Run{{State: scheduler.Failed, Ended: noon.Add(time.Hour)}}}, noon.Add(3*time.Hour + time.Minute)},
		"held after it ran": {store.JobStatus{State: scheduler.Held, Started: noon}, noon.Add(time.Hour)},
	} {
		l := &ledger{created: noon, policy: policy, status: c.status, tasks: 1}
		if got := l.deadline(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := short(2*time.Hour) + short(90*time.Minute) + short(10*time.Minute) + short(time.Second); got != "2h1h30m10m1s" {
		t.Error(got)
	}
}

// A job whose time is over is cancelled, and says why, whatever the pool says.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy scheduler.Policy
		runs   bool
		want   string
		cause  scheduler.Cause
	}{
		"queue": {scheduler.Policy{QueueWait: time.Second}, false, `^waited ([0-9.]+m?)+s, longer than its queue_wait of 1s$`, scheduler.CausePolicy},
		"run": {
			scheduler.Policy{RunTime: time.Second, QueueWait: time.Hour, Retry: []scheduler.RetryRule{{}}}, true,
			`^ran for ([0-9.]+m?)+s, longer than its run_time of 1s$`, scheduler.CauseRunTime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			p := newPool()
			pr := begin(t, s, p, "one", Rules{})
			id := carried(t, pr, sch, scheduler.Job{Command: "x", Policy: c.policy})[0]
			if c.runs {
				p.say(id, 0, 1, scheduler.Running)
			}
			eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Cancelled })
			job, err := s.Job(t.Context(), id)
			if err != nil || !regexp.MustCompile(c.want).MatchString(job.Status.Reason) || job.Status.Cause != c.cause || job.Status.Run != 0 {
				t.Errorf("%+v, %v", job.Status, err)
			}
		})
	}
}

// Nobody followed a job while its time went by, and the record is of before. What the pool says now decides: what has begun meanwhile waits no more, and what has
// ended by itself was not ended by the limit.
func TestLimitsOfARecordOfLongAgo(t *testing.T) {
	t.Parallel()
	const limit = 8 * time.Second
	for name, c := range map[string]struct {
		policy    scheduler.Policy
		then, now scheduler.State
	}{
		"it has begun": {scheduler.Policy{QueueWait: limit}, scheduler.Queued, scheduler.Running},
		"it has ended": {scheduler.Policy{RunTime: limit}, scheduler.Running, scheduler.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			p := newPool()
			pr := begin(t, s, p, "one", Rules{})
			id := carried(t, pr, sch, scheduler.Job{Command: "x", Policy: c.policy})[0]
			p.say(id, 0, 1, c.then)
			eventually(t, "the record of before", func() bool { return state(t, s, id) == c.then })
			since := time.Now()
			pr.kill()
			if got := state(t, s, id); got != c.then {
				t.Fatalf("it is %s already", got)
			}
			p.say(id, 0, 1, c.now)
			eventually(t, "its time to go by", func() bool { return time.Since(since) > limit })
			begin(t, s, p, "two", Rules{})
			eventually(t, "what the pool says", func() bool { return state(t, s, id) != c.then })
			job, err := s.Job(t.Context(), id)
			if err != nil || job.Status.State != c.now || job.Status.Cause != "" || !job.Status.CancelRequested.IsZero() {
				t.Errorf("%+v, %v", job.Status, err)
			}
		})
	}
}
