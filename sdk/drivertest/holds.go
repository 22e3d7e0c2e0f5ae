package drivertest

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func holdChecks() []check {
	return group("holds", serviceHolds, "scheduler.Holder; scheduler.proto, service Holds",
		of("hold-and-release", "A job that is held before it begins is HELD, with a reason, does not run, and runs when it is released.", "", "Tell STATE_HELD with a reason until it is released.", holdsAndReleases),
		of("leaves-what-runs", "Hold of a job that runs is no error and leaves it running.", "scheduler.Holder, Hold", "Hold only what has not begun.", holdLeavesRunning),
		of("leaves-what-ended", "Hold and Release of a job that has ended are no errors and change nothing.", "", "Treat it as done.", holdLeavesEnded),
		of("release-of-what-is-not-held", "Release of a job of which nothing is held is no error, and the job goes on.", "scheduler.Holder, Release", "Treat it as done.", releasesUnheld),
		of("cancel-what-is-held", "A job that is held can be cancelled.", "scheduler.Driver.Cancel", "Cancel what is held as well.", cancelsHeld),
		of("unknown", "Hold and Release of a job that nobody knows are no errors and spoil nothing for the others.", "", "Skip what is not known.", holdsAmongUnknown),
	)
}

// rivals is how many jobs are submitted in the hope that one of them is held before it begins.
const rivals = 8

// held gives a job that was held before it began. A pool with room for everything begins a job at once; then many tasks make it wait.
func (t *trial) held(ctx context.Context, script string) (*schedulerv1.JobRef, error) {
	for range rivals {
		ref, now, err := t.holdNew(ctx, script)
		if err != nil || now.all(schedulerv1.State_STATE_HELD) {
			return ref, err
		}
	}
	return t.heldInACrowd(ctx, script)
}

// heldInACrowd is held for a pool that is so full that the job waits when it is held. Then the others go, and what was not held begins.
func (t *trial) heldInACrowd(ctx context.Context, script string) (*schedulerv1.JobRef, error) {
	others, err := t.submit(ctx, array(t.long(), crowd))
	if err != nil {
		return nil, err
	}
	ref, err := t.submit(ctx, t.shell(script))
	if err != nil {
		return nil, err
	}
	if err := t.subject.hold(ctx, ref); err != nil {
		return nil, saw("Hold: %w", &callError{err})
	}
	at, err := t.until(ctx, ref, "told of", func(now tasks) bool { return now[0] != nil })
	if err != nil {
		return nil, err
	}
	if err := t.cancel(ctx, others); err != nil {
		return nil, saw("Cancel: %s", said(err))
	}
	now, err := t.heldOrBegun(ctx, ref)
	switch {
	case err != nil || now.all(schedulerv1.State_STATE_HELD):
		return ref, err
	case at.all(schedulerv1.State_STATE_QUEUED):
		return nil, saw("Hold was answered while the job waited, and it came to be %s", now.show())
	}
	return nil, notApplicable("the pool begins every job before it can be held, and %d tasks do not fill it", crowd)
}

// crowd is more tasks than a pool that is meant for tests runs at once.
const crowd = 128

// holdNew submits a job, holds it at once, and waits until it is held or it is too late.
func (t *trial) holdNew(ctx context.Context, script string) (*schedulerv1.JobRef, tasks, error) {
	ref, err := t.submit(ctx, t.shell(script))
	if err != nil {
		return nil, nil, err
	}
	if err := t.subject.hold(ctx, ref); err != nil {
		return nil, nil, saw("Hold: %w", &callError{err})
	}
	now, err := t.heldOrBegun(ctx, ref)
	return ref, now, err
}

// heldOrBegun waits until a job that should be held is, with a reason, or has begun after all.
func (t *trial) heldOrBegun(ctx context.Context, ref *schedulerv1.JobRef) (tasks, error) {
	now, err := t.until(ctx, ref, "held, running or at an end", func(now tasks) bool {
		return now.all(append(ends(), schedulerv1.State_STATE_HELD, schedulerv1.State_STATE_RUNNING)...)
	})
	if err == nil && now.all(schedulerv1.State_STATE_HELD) && now[0].GetReason() == "" {
		return now, saw("the job is told as held without a reason")
	}
	return now, err
}

func holdsAndReleases(ctx context.Context, t *trial) error {
	ref, err := t.held(ctx, "exit 0")
	if err != nil {
		return err
	}
	for range looks {
		now, err := t.until(ctx, ref, "told of", func(now tasks) bool { return now[0] != nil })
		if err != nil {
			return err
		}
		if !now.all(schedulerv1.State_STATE_HELD) {
			return saw("a job that is held is told as %s", now.show())
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	if err := t.subject.release(ctx, ref); err != nil {
		return saw("Release: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("after Release the job came to %s", now.show())
	}
	return err
}

func holdLeavesRunning(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	if err := t.subject.hold(ctx, ref); err != nil {
		return saw("Hold of a job that runs: %s", said(err))
	}
	for range looks {
		now, err := t.until(ctx, ref, "told of", func(now tasks) bool { return now[0] != nil })
		if err != nil {
			return err
		}
		if !now.all(schedulerv1.State_STATE_RUNNING) {
			return saw("a job that ran is told as %s after Hold", now.show())
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	return nil
}

func holdLeavesEnded(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 3"))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	if err := t.subject.hold(ctx, ref); err != nil {
		return saw("Hold of a job that has ended: %s", said(err))
	}
	if err := t.subject.release(ctx, ref); err != nil {
		return saw("Release of a job that has ended: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && now[0].GetExit().GetCode() != 3 {
		return saw("the job had ended with exit code 3, and after Hold and Release it is %s", now.show())
	}
	return err
}

func releasesUnheld(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	if err := t.subject.release(ctx, ref); err != nil {
		return saw("Release of a job that is not held: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job came to %s", now.show())
	}
	return err
}

func cancelsHeld(ctx context.Context, t *trial) error {
	ref, err := t.held(ctx, "exit 0")
	if err != nil {
		return err
	}
	_, err = t.cancelled(ctx, ref)
	return err
}

func holdsAmongUnknown(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	if err := t.subject.hold(ctx, t.stranger(), ref); err != nil {
		return saw("Hold of a job that nobody knows, and of another: %s", said(err))
	}
	if err := t.subject.release(ctx, t.stranger(), ref); err != nil {
		return saw("Release of a job that nobody knows, and of another: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("after Hold and Release the job came to %s", now.show())
	}
	return err
}
