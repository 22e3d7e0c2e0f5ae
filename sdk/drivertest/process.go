package drivertest

import (
	"context"
	"errors"
	"syscall"
	"time"

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

func terminatesInGoodOrder(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	ref, err := t.submitTo(ctx, s, t.marking("exit 0"))
	if err != nil {
		return err
	}
	if t.suite.serves(serviceUploads) {
		err = t.terminatesWithin(ctx, s)
	} else {
		s.signal(syscall.SIGTERM)
	}
	if err != nil {
		return err
	}
	if err := t.gone(ctx, s, "SIGTERM"); err != nil {
		return err
	}
	if crash := crashOf(s); crash != nil && (crash.Signal != "" || crash.ExitStatus != 0) {
		return saw("after SIGTERM the process should have ended with status 0: %v", crash)
	}
	return t.once(ctx, t.subject, ref)
}

// terminatesWithin sends SIGTERM in the middle of an upload, which is to be answered when its last byte has come.
func (t *trial) terminatesWithin(ctx context.Context, s *subject) error {
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewUploadsClient(s.conn()).Upload(ctx)
	if err != nil {
		return saw("Upload: %s", said(err))
	}
	content := []byte("the first part, and the second")
	in := describe("input", content, 0o644)
	header := &schedulerv1.UploadHeader{Instance: s.instance, Token: t.keep(t.stranger()).GetToken(), Input: in}
	for _, m := range []*schedulerv1.UploadRequest{
		{Message: &schedulerv1.UploadRequest_Header{Header: header}}, {Message: &schedulerv1.UploadRequest_Chunk{Chunk: content[:14]}},
	} {
		if err := stream.Send(m); err != nil {
			return saw("Upload: %s", said(err))
		}
	}
	// What is answered after the upload began tells that the process has it.
	for range looks {
		if err := s.known(ctx); err != nil {
			return err
		}
	}
	s.signal(syscall.SIGTERM)
	for s.known(ctx) == nil {
		if err := sleep(ctx, shortestPause); err != nil {
			return saw("after SIGTERM new calls were still taken: %w", err)
		}
	}
	// A driver that has broken off says so at the end.
	_ = stream.Send(&schedulerv1.UploadRequest{Message: &schedulerv1.UploadRequest_Chunk{Chunk: content[14:]}})
	if _, err := stream.CloseAndRecv(); err != nil {
		return saw("SIGTERM came while an upload was under way, and it ended with %s", said(err))
	}
	return nil
}

// gone waits until the process has ended.
func (t *trial) gone(ctx context.Context, s *subject, why string) error {
	late := time.NewTimer(t.suite.o.Patience)
	defer late.Stop()
	select {
	case <-s.process.Done():
		return nil
	case <-late.C:
		return saw("after a patience of %v since %s the process is still there", t.suite.o.Patience, why)
	case <-ctx.Done():
		return saw("after %s the process is still there: %w", why, context.Cause(ctx))
	}
}

func interruptIsIgnored(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	s.signal(syscall.SIGINT)
	for range looks {
		if err := s.known(ctx); err != nil {
			return saw("after SIGINT: %w", err)
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	return nil
}

func endsWhenTold(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	if err := s.known(ctx); err != nil {
		return err
	}
	if err := s.process.Stop(ctx); err != nil {
		return saw("%v", err)
	}
	return nil
}

func logFlood(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	if err := s.logAt(ctx, "trace"); err != nil {
		return saw("SetLogLevel(\"trace\"): %s", said(err))
	}
	for range 300 {
		if err := s.known(ctx); err != nil {
			return err
		}
	}
	ref, err := t.submitTo(ctx, s, t.shell("exit 0"))
	if err != nil {
		return err
	}
	_, err = s.ended(ctx, ref)
	return err
}
