package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var _ scheduler.Explainer = (*driver)(nil)

// Explain tells what the task is, if it does not wait. Of one that waits it asks the schedd and the collector, with some questions that cost them what condor_q of one job
// and condor_status do; of a schedd that does not answer it tells that.
func (d *driver) Explain(ctx context.Context, ref scheduler.Ref, task int) (scheduler.Explanation, error) {
	now, whole, err := d.standing(ctx, ref, task)
	var failed *access.ScriptError
	if fault.Of(err) == fault.Unavailable && errors.As(err, &failed) && failed.Code == exitUnavailable && failed.Name == "condor_q" {
		return scheduler.Explanation{
			Summary: "HTCondor's schedd does not answer, and until it does nothing new begins.",
			Points:  []string{err.Error()},
			Advice:  "What runs goes on meanwhile. An operator should look after the schedd of " + d.point.String() + ".",
		}, nil
	}
	if err != nil {
		return scheduler.Explanation{}, err
	}
	if now.State != scheduler.Queued {
		return explainState(now), nil
	}
	w, there, err := d.waitingTask(ctx, whole, task)
	if err != nil {
		return scheduler.Explanation{}, err
	}
	switch {
	case there:
		e := w.explanation()
		if now.Reason != "" {
			e.Points = append(e.Points, "Before: "+now.Reason+".")
		}
		return e, nil
	case isWorkflow(whole.ID):
		return d.explainNode(ctx, whole, task)
	case description.IsFactory(whole.Tasks):
		return d.explainUnmade(ctx, whole, task)
	}
	return scheduler.Explanation{Summary: "It is between two states at this moment: ask again."}, nil
}

// exitUnavailable is what the scripts exit with when one of HTCondor's tools has failed (sysexits.h, EX_UNAVAILABLE).
const exitUnavailable = 69

// standing is where the task stands, and the job with what the host may not know of it.
func (d *driver) standing(ctx context.Context, ref scheduler.Ref, task int) (now scheduler.Status, whole scheduler.Ref, err error) {
	jobs, workflows, err := d.sorted(ctx, []scheduler.Ref{ref})
	if err != nil {
		return now, ref, err
	}
	whole = ref
	for _, known := range append(jobs, workflows...) {
		whole = known
	}
	p, err := d.at(ctx)
	if err != nil {
		return now, whole, err
	}
	if !isWorkflow(whole.ID) {
		kept, err := d.facts(ctx, p, whole)
		if err != nil {
			return now, whole, err
		}
		if err := kept.hasTask(whole.Token, task); err != nil {
			return now, whole, err
		}
		whole.Tasks = kept.Tasks
	}
	found := false
	err = d.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{whole}}, func(s scheduler.Status) error {
		if s.Task <= task && task < s.Task+max(s.Count, 1) {
			now, found = s, true
		}
		return nil
	})
	if err == nil && !found {
		err = fault.NotFound.New("job %s: nothing is known of task %d", ref.Token, task)
	}
	return now, whole, err
}

// explainState is said of a task that does not wait for its turn.
func explainState(now scheduler.Status) scheduler.Explanation {
	e := scheduler.Explanation{}
	said := now.Reason
	switch now.State {
	case scheduler.Running:
		e.Summary = "It does not wait: it runs"
		if now.Node != "" {
			e.Summary += " on " + now.Node
		}
		e.Summary += "."
	case scheduler.Suspended:
		e.Summary, e.Advice = "It has begun, and is stopped where it runs.", "It goes on when it is resumed, or when the machine's rules let it."
	case scheduler.Held:
		e.Summary = "It is " + strings.TrimSuffix(because("held", strings.TrimPrefix(said, "held: ")), ".") + "."
		said, e.Advice = "", holdAdvice(now.Cause)
	case scheduler.Lost:
		e.Summary, e.Advice = "HTCondor does not know it any more.", "If this lasts, submit it again."
	default:
		e.Summary = fmt.Sprintf("It does not wait: it has ended, %s.", now.State)
	}
	if said != "" {
		e.Points = append(e.Points, said)
	}
	if now.Native != "" {
		e.Points = append(e.Points, now.Native)
	}
	return e
}

// holdAdvice is what can be done about a hold.
func holdAdvice(cause scheduler.Cause) string {
	switch cause {
	case scheduler.CauseUser:
		return "Somebody held it: release it to let it wait for its turn again."
	case scheduler.CauseMemory:
		return "It used more memory than it had asked for: submit it again with more."
	case scheduler.CauseDisk:
		return "It used more disk than it had asked for: submit it again with more."
	case scheduler.CauseRunTime:
		return "It ran longer than it may: submit it again with a longer limit, or with less to do."
	case scheduler.CauseTransfer:
		return "Its files could not be brought: see that each named output is written and that there is room on the access point's disk, and then release it."
	case scheduler.CauseStart:
		return "Its program, or its container, could not be started: mend that and submit it again."
	case scheduler.CausePolicy:
		return "A rule of the pool, or one given with the job, holds it: release it when the reason is gone, or ask the pool's administrators."
	}
	return "Release it when the reason is gone, or cancel it."
}

// explainUnmade is said of a task that its factory has not made.
func (d *driver) explainUnmade(ctx context.Context, ref scheduler.Ref, task int) (scheduler.Explanation, error) {
	e := scheduler.Explanation{Summary: fmt.Sprintf(
		"Task %d has not been made yet: of an array as big as this one HTCondor makes tasks in their order, so that at most %d at a time wait in its queue.", task, description.MostIdle)}
	answer, err := d.ask(ctx, waitingScript(fmt.Sprintf("%s && JobStatus == 1", anyOf([]string{ref.Token}))))
	if err != nil {
		return e, err
	}
	w, there, err := d.parseWaiting(ctx, answer)
	if err != nil {
		return e, err
	}
	if there {
		before := w.explanation()
		e.Points = append([]string{fmt.Sprintf("Of task %d, which is made and waits: %s", int(w.job.Number("ProcId")), before.Summary)}, before.Points...)
		e.Advice = before.Advice
	}
	return e, nil
}
