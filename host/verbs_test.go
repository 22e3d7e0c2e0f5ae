package host_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestHoldAndSuspend(t *testing.T) {
	t.Parallel()
	_, s, _, seen := richHost(t)
	j := submit(t, s, scheduler.Job{})
	for _, step := range []struct {
		verb string
		do   func() error
		want scheduler.State
	}{
		{"hold", func() error { return j.Hold(t.Context()) }, scheduler.Held},
		{"release", func() error { return j.Release(t.Context()) }, scheduler.Queued},
		{"resume", func() error { return j.Resume(t.Context()) }, scheduler.Running},
		{"suspend", func() error { return j.Suspend(t.Context()) }, scheduler.Suspended},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.verb, err)
		}
		now := reach(t, j, step.want)
		if !seen.was(step.verb + " " + j.ID) {
			t.Errorf("the pool was not asked to %s", step.verb)
		}
		if step.want == scheduler.Held && (now.Reason != "held by request" || now.Cause != scheduler.CauseUser) {
			t.Errorf("held as %q, %q", now.Reason, now.Cause)
		}
	}
}

// A verb on a job that is not at its pool, or has ended, says so.
func TestVerbsWithoutAJobAtThePool(t *testing.T) {
	t.Parallel()
	_, s, p, seen := richHost(t)
	p.setTrouble(func(scheduler.Job) error { return errAway })
	pending := submit(t, s, scheduler.Job{})
	p.setTrouble(nil)
	over := ended(t, s, p, scheduler.Job{}, scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	for verb, do := range map[string]func(*host.Job) error{
		"hold":    func(j *host.Job) error { return j.Hold(t.Context()) },
		"release": func(j *host.Job) error { return j.Release(t.Context()) },
		"suspend": func(j *host.Job) error { return j.Suspend(t.Context()) },
		"resume":  func(j *host.Job) error { return j.Resume(t.Context()) },
	} {
		if err := do(over); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "has ended (succeeded)") {
			t.Errorf("%s after the end: %v", verb, err)
		}
		if seen.was(verb + " " + over.ID) {
			t.Errorf("the pool was asked to %s what has ended", verb)
		}
	}
	if now, err := pending.Get(t.Context()); err == nil && now.PoolID == "" {
		if err := pending.Hold(t.Context()); err != nil && !errors.Is(err, fault.Conflict) {
			t.Errorf("hold before the pool has it: %v", err)
		}
	}
	if e, err := over.Explain(t.Context(), 0); err != nil || !strings.Contains(e.Summary, "succeeded") {
		t.Errorf("%+v, %v", e, err)
	}
}

// A driver that lacks a verb is told by its scheduler's name.
func TestVerbsThatADriverLacks(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	s := saved(t, h, "Default")
	j := submit(t, s, scheduler.Job{})
	for verb, do := range map[string]func() error{
		"hold":     func() error { return j.Hold(t.Context()) },
		"suspend":  func() error { return j.Suspend(t.Context()) },
		"explain":  func() error { _, err := j.Explain(t.Context(), 0); return err },
		"inspect":  func() error { _, err := s.Inspect(t.Context()); return err },
		"workflow": func() error { _, err := s.SubmitWorkflow(t.Context(), diamond()); return err },
	} {
		if err := do(); !errors.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), `"Default"`) || !strings.Contains(err.Error(), "driver cannot") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	for capability, want := range map[string]bool{"events": true, "holds": false, "suspends": false, "removals": false, "explanations": false, "inspections": false} {
		if can, err := s.Can(t.Context(), capability); err != nil || can != want {
			t.Errorf("%s: %v, %v", capability, can, err)
		}
	}
	all, _, err := h.ListJobs(t.Context(), host.JobQuery{})
	if err != nil || len(all) != 1 {
		t.Errorf("a workflow that cannot be run has left %d jobs, %v", len(all)-1, err)
	}
}

func TestExplainAndInspect(t *testing.T) {
	t.Parallel()
	_, s, _, _ := richHost(t)
	j := submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 3}})
	if e, err := j.Explain(t.Context(), 2); err != nil || e.Summary != "Task 2 waits for a machine." || !slices.Equal(e.Points, []string{"all are busy"}) {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := j.Explain(t.Context(), 3); !errors.Is(err, fault.NotFound) {
		t.Errorf("a task that there is not: %v", err)
	}
	if pool, err := s.Inspect(t.Context()); err != nil || pool.Software != "Memory" || len(pool.Nodes) != 1 {
		t.Errorf("%+v, %v", pool, err)
	}
}

// Files go before the record; a pool that does not answer keeps both.
func TestDelete(t *testing.T) {
	t.Parallel()
	h, s, p, seen := richHost(t)
	j := submit(t, s, scheduler.Job{})
	if err := j.Delete(t.Context()); !errors.Is(err, fault.Conflict) {
		t.Errorf("before the end: %v", err)
	}
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Failed, Reason: "exit code 1", Exit: &scheduler.Exit{Code: 1}})
	reach(t, j, scheduler.Failed)
	seen.refuse(fault.Denied.New("not your folder"))
	if err := j.Delete(t.Context()); !errors.Is(err, fault.Denied) {
		t.Errorf("refused by the pool: %v", err)
	}
	if _, err := h.GetJob(t.Context(), j.ID); err != nil {
		t.Errorf("the record went before the files: %v", err)
	}
	seen.refuse(nil)
	if err := j.Delete(t.Context()); err != nil || !seen.was("remove "+j.ID) {
		t.Errorf("%v, removed %v", err, seen.asked)
	}
	if _, err := h.GetJob(t.Context(), j.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("after the deletion: %v", err)
	}
	if err := j.Delete(t.Context()); !errors.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
}
