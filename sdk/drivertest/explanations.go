package drivertest

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func explanationChecks() []check {
	return group("explanations", serviceExplanations, "scheduler.Explainer; scheduler.proto, service Explanations",
		of("tells-an-end-apart", "A task that has not ended is explained by a sentence, and one that has ended by another.", "",
			"Look at the task's state first; tell one that does not wait as what it is.", explainsAnEnd),
	)
}

// explained is the sentence about a job's first task.
func (t *trial) explained(ctx context.Context, ref *schedulerv1.JobRef) (string, error) {
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	answer, err := schedulerv1.NewExplanationsClient(t.conn()).Explain(ctx, &schedulerv1.ExplainRequest{Instance: t.instance, Job: ref})
	if err != nil {
		return "", saw("Explain: %s", said(err))
	}
	if answer.GetSummary() == "" {
		return "", saw("Explain gave no sentence")
	}
	return answer.GetSummary(), nil
}

func explainsAnEnd(ctx context.Context, t *trial) error {
	long, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if _, err := t.until(ctx, long, "told of", func(now tasks) bool { return now[0] != nil }); err != nil {
		return err
	}
	before, err := t.explained(ctx, long)
	if err != nil {
		return saw("of a job that has not ended: %w", err)
	}
	brief, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, brief); err != nil {
		return err
	}
	after, err := t.explained(ctx, brief)
	if err != nil {
		return saw("of a job that has ended: %w", err)
	}
	if before == after {
		return saw("of a job that goes on, and of one that has ended, it says %q", after)
	}
	return nil
}
