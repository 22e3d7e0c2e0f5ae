package follow

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestWhichRule(t *testing.T) {
	t.Parallel()
	code := func(c int) *scheduler.Exit { return &scheduler.Exit{Code: c} }
	rules := []scheduler.RetryRule{
		{Causes: []scheduler.Cause{scheduler.CauseMemory}},
		{Codes: []int{3, 4}, Causes: []scheduler.Cause{scheduler.CauseDisk}},
		{Codes: []int{0, 3}},
		{Signals: []int{9}},
	}
	for name, c := range map[string]struct {
		over store.Run
		want int
	}{
		"code":                      {store.Run{State: scheduler.Failed, Exit: code(3)}, 2},
		"code and cause":            {store.Run{State: scheduler.Failed, Exit: code(3), Cause: scheduler.CauseDisk}, 1},
		"cause":                     {store.Run{State: scheduler.Failed, Exit: code(3), Cause: scheduler.CauseMemory}, 0},
		"signal":                    {store.Run{State: scheduler.Failed, Exit: &scheduler.Exit{Signal: 9}}, 3},
		"another signal is no code": {store.Run{State: scheduler.Failed, Exit: &scheduler.Exit{Signal: 15}}, -1},
		"no exit":                   {store.Run{State: scheduler.Failed}, -1},
		"held by a cause":           {store.Run{State: scheduler.Held, Cause: scheduler.CauseMemory}, 0},
		"held by another":           {store.Run{State: scheduler.Held, Cause: scheduler.CauseUser}, -1},
		"cancelled":                 {store.Run{State: scheduler.Cancelled, Cause: scheduler.CauseMemory}, -1},
		"lost":                      {store.Run{State: scheduler.Lost, Cause: scheduler.CauseMemory}, -1},
		"succeeded":                 {store.Run{State: scheduler.Succeeded, Exit: code(0)}, -1},
	} {
		if got := matching(rules, c.over); got != c.want {
			t.Errorf("%s: rule %d, want %d", name, got, c.want)
		}
	}
	if got := matching([]scheduler.RetryRule{{}}, store.Run{State: scheduler.Held, Cause: scheduler.CauseUser}); got != -1 {
		t.Error("a rule without conditions takes what is held")
	}
}

// What is asked for in a run follows from the record.
func TestRequested(t *testing.T) {
	t.Parallel()
	job := store.Job{ID: "x", Spec: scheduler.Job{
		Resources: scheduler.Resources{Memory: 1000, RunTime: time.Hour},
		Policy: scheduler.Policy{Retry: []scheduler.RetryRule{
			{Causes: []scheduler.Cause{scheduler.CauseMemory}, MemoryFactor: 1.5, Limit: 9}, {RunTimeFactor: 2, Limit: 9},
		}},
	}}
	memory := store.Run{State: scheduler.Held, Cause: scheduler.CauseMemory}
	job.Status.Run, job.Status.Runs = 3, []store.Run{memory, memory, {State: scheduler.Failed}}
	if got := requested(job); got.Resources != (scheduler.Resources{Memory: 2250, RunTime: 2 * time.Hour}) || got.Token != job.Token() {
		t.Errorf("%+v", got)
	}
	if times(1<<60, 1000) <= 0 || times(0, 2) != 0 || times(7, 0) != 7 {
		t.Error("factors")
	}
}

// ends makes the pool tell of an end with an exit code.
func (p *pool) ends(token string, s scheduler.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.jobs[token]
	s.ID, s.Token = at.found.Ref.ID, token
	at.news = append(at.news, s)
	p.tell(s, "")
}

func atPoolAs(p *pool, token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.jobs[token] != nil
}

// The end of a run that a rule gives back is nobody's end of the job; the last one is, once; inputs are there for each run.
func TestRetryByRule(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	pr := begin(t, s, p, "one", Rules{})
	id := carried(t, pr, sch, scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: "in", Data: []byte("x")}},
		Policy: scheduler.Policy{Retry: []scheduler.RetryRule{{Codes: []int{3}, Limit: 2, Delay: time.Millisecond}}}})[0]
	for run := range 3 {
		token := store.Job{ID: id, Status: store.JobStatus{Run: run}}.Token()
		eventually(t, fmt.Sprint("run ", run), func() bool {
			job, err := s.Job(t.Context(), id)
			return err == nil && job.Status.Run == run && job.Status.Native != "" && atPoolAs(p, token)
		})
		p.ends(token, scheduler.Status{State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}})
	}
	eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Failed })
	job, err := s.Job(t.Context(), id)
	if err != nil || len(job.Status.Runs) != 2 || job.Status.Run != 2 || job.Status.Runs[0].Exit.Code != 3 {
		t.Errorf("%+v, %v", job.Status, err)
	}
	events, err := s.Events(t.Context(), sch.UID, 0, 1000)
	ends, said := 0, false
	for _, e := range events {
		if e.State.Terminal() {
			ends++
		}
		said = said || strings.HasPrefix(e.Reason, "run 1 failed: exit code 3; run 2 begins in")
	}
	if err != nil || ends != 1 || !said {
		t.Errorf("%d ends, %v: %+v", ends, err, events)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if fmt.Sprint(p.upload) != fmt.Sprintf("[%s/in %[1]s-r1/in %[1]s-r2/in]", id) {
		t.Errorf("uploads: %v", p.upload)
	}
}

// A held run goes from the pool before the next begins, however often that fails; a cancel between the two ends the job.
func TestRetryOfAHeldJob(t *testing.T) {
	t.Parallel()
	for _, cancelled := range []bool{false, true} {
		t.Run(fmt.Sprint("cancelled ", cancelled), func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			p := newPool()
			pr := begin(t, s, p, "one", Rules{})
			delay := time.Millisecond
			if cancelled {
				delay = time.Hour
			}
			id := carried(t, pr, sch, scheduler.Job{Command: "x", Policy: scheduler.Policy{
				Retry: []scheduler.RetryRule{{Causes: []scheduler.Cause{scheduler.CauseMemory}, Delay: delay}}}})[0]
			p.ends(id, scheduler.Status{State: scheduler.Held, Reason: "too much memory", Cause: scheduler.CauseMemory})
			if cancelled {
				var job store.Job
				eventually(t, "the pause", func() (is bool) {
					job, _ = s.Job(t.Context(), id)
					return job.Status.Run == 1
				})
				job.Status.CancelRequested, job.Status.RetryAt = time.Now(), time.Now()
				if _, err := s.Commit(t.Context(), sch.UID, store.Batch{Changes: []store.Change{{JobID: id, ExpectRevision: job.Revision, Status: job.Status}}}); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the end", func() bool { return state(t, s, id) == scheduler.Cancelled })
			} else {
				eventually(t, "the second run", func() bool { return atPoolAs(p, id+"-r1") })
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if news := p.jobs[id].news; news[len(news)-1].State != scheduler.Cancelled || cancelled == (p.jobs[id+"-r1"] != nil) {
				t.Errorf("the first run: %+v, the second: %v", news, p.jobs[id+"-r1"])
			}
		})
	}
}

// giveBack waits until the pool says that the run has gone.
func TestGiveBack(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.take(scheduler.Job{Token: "x"}, nil)
	job := store.Job{ID: "x", Tasks: 1, Status: store.JobStatus{Run: 1, Runs: []store.Run{{State: scheduler.Held, Native: "1"}}}}
	stuck := stubborn{p}
	if err := giveBack(t.Context(), stuck, job); !errors.Is(err, fault.Unavailable) {
		t.Errorf("while it is there: %v", err)
	}
	if err := giveBack(t.Context(), p, job); err != nil {
		t.Error(err)
	}
	// One that queue, history and log have all forgotten holds nothing up.
	p.mu.Lock()
	delete(p.jobs, "x")
	p.mu.Unlock()
	if err := giveBack(t.Context(), p, job); err != nil {
		t.Errorf("forgotten by the pool: %v", err)
	}
	p.can = nil
	job.Status.Runs[0].State = scheduler.Failed
	calls := p.called("cancel")
	if err := giveBack(t.Context(), p, job); err != nil || p.called("cancel") != calls {
		t.Errorf("a run that has ended was cancelled: %v", err)
	}
}
