package drivertest

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func removalChecks() []check {
	return group("removals", serviceRemovals, "scheduler.Remover; scheduler.proto, service Removals",
		of("only-what-has-ended", "Remove of a job that has not ended is CONFLICT, and the job goes on.", "", "Look whether the job has ended before you delete anything.", removesNothingThatRuns),
		of("again", "Remove of a job that has ended goes well, and so it does once more, and for a job that nobody knows.", "", "Treat what is not there as removed.", removesAgain),
		of("its-own-only", "Remove of one job leaves what another one wrote.", "", "Delete the job's own folder, found by its whole token.", removesItsOwnOnly),
		of("is-not-found", "A job that was removed is not found any more, where the driver serves Finds.", "scheduler.Finder; scheduler.Remover", "Forget the job together with its files.", removedIsNotFound),
	)
}

func removesNothingThatRuns(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	if err := t.remove(ctx, ref); kindOf(err) != fault.Conflict {
		return saw("Remove of a job that runs gave %s instead of %s", orNothing(err), fault.Conflict)
	}
	return t.running(ctx, ref)
}

// removable is a job that has ended.
func (t *trial) removable(ctx context.Context, script string) (*schedulerv1.JobRef, error) {
	ref, err := t.submit(ctx, t.shell(script))
	if err != nil {
		return nil, err
	}
	_, err = t.ended(ctx, ref)
	return ref, err
}

func removesAgain(ctx context.Context, t *trial) error {
	ref, err := t.removable(ctx, "exit 0")
	if err != nil {
		return err
	}
	for _, what := range []string{"Remove of a job that has ended", "Remove once more", "Remove once more, in another order"} {
		if err := t.remove(ctx, ref, t.stranger()); err != nil {
			return saw("%s: %s", what, said(err))
		}
	}
	return nil
}

func removesItsOwnOnly(ctx context.Context, t *trial) error {
	if !t.suite.serves(serviceLogs) {
		return notApplicable("the driver does not serve %s, by which the other one's output could be seen", serviceLogs)
	}
	one, two := t.shell("echo one"), t.shell("echo two")
	two.Token = one.GetToken() + "-2"
	refs, err := t.together(ctx, []*schedulerv1.Job{one, two})
	if err != nil {
		return err
	}
	if _, err := t.untilEach(ctx, refs, "at an end", tasks.ended); err != nil {
		return err
	}
	if err := t.remove(ctx, refs[0]); err != nil {
		return saw("Remove of a job that has ended: %s", said(err))
	}
	got, err := t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: refs[1]})
	return wantBytes(got, err, "two\n")
}

func removedIsNotFound(ctx context.Context, t *trial) error {
	if !t.suite.serves(serviceFinds) {
		return notApplicable("the driver does not serve %s", serviceFinds)
	}
	ref, err := t.removable(ctx, "exit 0")
	if err != nil {
		return err
	}
	if err := t.remove(ctx, ref); err != nil {
		return saw("Remove of a job that has ended: %s", said(err))
	}
	found, err := t.findOne(ctx, ref.GetToken())
	if err != nil {
		return saw("Find: %s", said(err))
	}
	if len(found) > 0 {
		return saw("the job was removed, and Find yields it")
	}
	return nil
}
