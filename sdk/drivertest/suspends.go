package drivertest

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func suspendChecks() []check {
	return group("suspends", serviceSuspends, "scheduler.Suspender; scheduler.proto, service Suspends",
		of("suspend-and-resume", "A job that runs and is suspended is SUSPENDED, and runs again when it is resumed.", "", "Tell STATE_SUSPENDED until it is resumed.", suspendsAndResumes),
		of("leaves-what-ended", "Suspend and Resume of a job that has ended, or that nobody knows, are no errors and change nothing.", "", "Treat it as done.", suspendLeavesEnded),
	)
}

func suspendsAndResumes(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	if err := t.suspend(ctx, ref); err != nil {
		return saw("Suspend: %s", said(err))
	}
	if _, err := t.until(ctx, ref, "suspended", func(now tasks) bool { return now.all(schedulerv1.State_STATE_SUSPENDED) }); err != nil {
		return err
	}
	if err := t.resume(ctx, ref); err != nil {
		return saw("Resume: %s", said(err))
	}
	return t.running(ctx, ref)
}

func suspendLeavesEnded(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 3"))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	if err := t.suspend(ctx, ref, t.stranger()); err != nil {
		return saw("Suspend of a job that has ended, and of one that nobody knows: %s", said(err))
	}
	if err := t.resume(ctx, ref, t.stranger()); err != nil {
		return saw("Resume of a job that has ended, and of one that nobody knows: %s", said(err))
	}
	after, err := t.ended(ctx, ref)
	if err == nil && after[0].GetExit().GetCode() != 3 {
		return saw("the job had ended with exit code 3, and after Suspend and Resume it is %s", after.show())
	}
	return err
}
