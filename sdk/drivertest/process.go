package drivertest

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// crashOf is how a process ended that the suite did not end in good order; nil: it runs, or it was stopped.
func crashOf(s *subject) *launch.Crash {
	var crash *launch.Crash
	if errors.As(s.process.Err(), &crash) {
		return crash
	}
	return nil
}

func (s *subject) logAt(ctx context.Context, level string) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := s.plugin().SetLogLevel(ctx, &pluginv1.SetLogLevelRequest{Level: level})
	return err
}

func hostDies(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	ref, err := t.submitTo(ctx, s, t.shell("sleep 1; exit 0"))
	if err != nil {
		return err
	}
	if err := cutLifeline(s.process.PID()); err != nil {
		return notApplicable("%v", err)
	}
	if err := t.gone(ctx, s, "the end of its lifeline"); err != nil {
		return err
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("a job that ran when the driver's host died came to %s", now.show())
	}
	return err
}
