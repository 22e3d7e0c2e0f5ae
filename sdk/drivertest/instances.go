package drivertest

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// The services that every driver serves.
const (
	servicePlugin    = "oceanid.plugin.v1.Plugin"
	serviceScheduler = "oceanid.scheduler.v1.Scheduler"
)

func (s *subject) validate(ctx context.Context, config []byte) ([]*pluginv1.Diagnostic, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := s.plugin().Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: config})
	return answer.GetDiagnostics(), err
}

func (s *subject) forget(ctx context.Context) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := s.plugin().Forget(ctx, &pluginv1.ForgetRequest{Instance: s.instance})
	return err
}

func (s *subject) drain(ctx context.Context, limit time.Duration) (left int32, err error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := s.plugin().Drain(ctx, &pluginv1.DrainRequest{Deadline: durationpb.New(limit)})
	return answer.GetLeft(), err
}

// refused tells whether a configuration was refused.
func refused(found []*pluginv1.Diagnostic) bool {
	for _, d := range found {
		if d.GetSeverity() != pluginv1.Diagnostic_SEVERITY_WARNING {
			return true
		}
	}
	return false
}

// known tells what is wrong where the process should know the instance.
func (s *subject) known(ctx context.Context) error {
	if _, err := s.query(ctx); err != nil {
		return saw("instance %q at revision %q does not work: Query of no jobs: %s", s.instance.GetId(), s.instance.GetRevision(), said(err))
	}
	return nil
}

// unknown tells what is wrong where the process should not know the instance.
func (s *subject) unknown(ctx context.Context) error {
	_, err := s.query(ctx)
	if kindOf(err) == fault.Unconfigured {
		return nil
	}
	answered := "its answer"
	if err != nil {
		answered = said(err)
	}
	return saw("instance %q at revision %q should be unknown, and Query gave %s instead of %s", s.instance.GetId(), s.instance.GetRevision(), answered, fault.Unconfigured)
}

// at is the same process with the instance at another revision.
func (s *subject) at(revision string) *subject {
	return &subject{suite: s.suite, process: s.process, instance: &pluginv1.Instance{Id: s.instance.GetId(), Revision: revision}}
}

// another is the same process with another instance.
func (t *trial) another(s *subject) *subject {
	return &subject{suite: s.suite, process: s.process, instance: t.newInstance()}
}

// first gives the first problem of several steps, each tried only when those before it went well.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func configuresAgain(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	if err := s.configure(ctx); err != nil {
		return saw("the second Configure: %v", err)
	}
	return s.known(ctx)
}

func replacesRevision(ctx context.Context, t *trial) error {
	s, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	next := s.at("2")
	return first(
		func() error { return s.configure(ctx) },
		func() error { return s.known(ctx) },
		func() error { return next.unknown(ctx) },
		func() error { return next.configure(ctx) },
		func() error { return next.known(ctx) },
		func() error { return s.unknown(ctx) },
	)
}

func refusedIsUnknown(ctx context.Context, t *trial) error {
	s, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	if found, err := s.configureWith(ctx, []byte("{")); err == nil && !refused(found) {
		return saw("Configure took \"{\"")
	}
	return s.unknown(ctx)
}

func forgets(ctx context.Context, t *trial) error {
	s, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	forget := func() error {
		if err := s.forget(ctx); err != nil {
			return saw("Forget: %s", said(err))
		}
		return nil
	}
	return first(
		forget,
		func() error { return s.configure(ctx) },
		func() error { return s.known(ctx) },
		forget,
		func() error { return s.unknown(ctx) },
		forget,
		func() error { return s.configure(ctx) },
		func() error { return s.known(ctx) },
	)
}

func keepsInstancesApart(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	other := t.another(s)
	if err := first(
		func() error { return other.configure(ctx) },
		func() error { return s.known(ctx) },
		func() error { return other.known(ctx) },
	); err != nil {
		return err
	}
	ref, err := t.submitTo(ctx, s, t.shell("exit 3"))
	if err != nil {
		return err
	}
	if err := other.forget(ctx); err != nil {
		return saw("Forget: %s", said(err))
	}
	now, err := s.ended(ctx, ref)
	if err != nil {
		return err
	}
	if now[0].GetExit().GetCode() != 3 {
		return saw("a job that ends with exit code 3 came to %s after another instance was forgotten", now.show())
	}
	return other.unknown(ctx)
}

func drains(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	left, err := s.drain(ctx, t.suite.o.Patience)
	if err != nil || left != 0 {
		return saw("Drain of an idle driver: %d calls are left, %v", left, err)
	}
	_, err = s.query(ctx)
	if kindOf(err) != fault.Unavailable {
		return saw("Query after Drain gave %s instead of %s", orNothing(err), fault.Unavailable)
	}
	_, err = s.submit(ctx, t.shell("exit 0"))
	if kindOf(err) != fault.Unavailable {
		return saw("Submit after Drain gave %s instead of %s", orNothing(err), fault.Unavailable)
	}
	return nil
}

// orNothing is an error in words, or that there was none.
func orNothing(err error) string {
	if err == nil {
		return "no error"
	}
	return said(err)
}

func setsLogLevel(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	for _, level := range []string{"trace", "debug", "info", "warn", "error", "off"} {
		if _, err := s.plugin().SetLogLevel(ctx, &pluginv1.SetLogLevelRequest{Level: level}); err != nil {
			return saw("SetLogLevel(%q): %s", level, said(err))
		}
	}
	_, err = s.plugin().SetLogLevel(ctx, &pluginv1.SetLogLevelRequest{Level: "loud"})
	if kindOf(err) != fault.Invalid {
		return saw("SetLogLevel(\"loud\") gave %s instead of %s", orNothing(err), fault.Invalid)
	}
	return nil
}
