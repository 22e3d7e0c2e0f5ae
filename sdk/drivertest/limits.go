package drivertest

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func limitChecks() []check {
	return group("limits", "", "scheduler.Driver; scheduler.proto",
		of("takes-large-messages", "A request of 15 MiB is read, and answered in its own right.", "plugin.proto, rules of the package; messages of at most 16 MiB",
			"Set your gRPC server's largest message to 16 MiB, both ways; 4 MiB is gRPC's default.", takesLargeMessages),
		of("refuses-larger-messages", "A request of more than 16 MiB is refused as RESOURCE_EXHAUSTED, and the driver goes on.", "plugin.proto, rules of the package; messages of at most 16 MiB",
			"Set your gRPC server's largest message to 16 MiB.", refusesLargerMessages),
		of("leaves-nothing-behind", "A call whose caller has gone away ends in the driver as well.", "scheduler.Driver: each method returns as soon as its ctx is done",
			"Pass the call's context on to everything that waits, and return when it is done.", leavesNothingBehind),
		of("answers-while-busy", "Twenty queries at the same time as twenty submissions are all answered.", "scheduler.Driver: all methods are called concurrently",
			"Hold no lock while you wait for the pool.", answersWhileBusy),
		of("takes-long-tokens", "A token of 64 bytes is taken, and told as it is.", "scheduler.proto, message Job, token",
			"Tag the pool's job with the whole token, or keep a table.", takesLongTokens),
	)
}

func takesLargeMessages(ctx context.Context, t *trial) error {
	if err := t.validatesMuch(ctx, 15<<20); err != nil && infoOf(err) == nil {
		return saw("Validate of 15 MiB gave %s", said(err))
	}
	return nil
}

func refusesLargerMessages(ctx context.Context, t *trial) error {
	if err := t.validatesMuch(ctx, 18<<20); status.Code(err) != codes.ResourceExhausted {
		return saw("Validate of 18 MiB gave %s", orNothing(err))
	}
	return t.known(ctx)
}

// validatesMuch sends a configuration of that size, which the suite's own limit does not hinder.
func (t *trial) validatesMuch(ctx context.Context, size int) error {
	config := `{"conformance": "` + strings.Repeat("x", size) + `"}`
	_, err := t.plugin().Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: []byte(config)}, grpc.MaxCallSendMsgSize(2*size))
	return err
}

func leavesNothingBehind(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	for _, v := range t.suite.verbs() {
		for _, limit := range []time.Duration{time.Millisecond, 20 * time.Millisecond, t.suite.scouted.submitting / 2} {
			brief, cancel := context.WithTimeout(ctx, limit)
			_ = v.call(brief, s, t.keep(t.stranger()))
			cancel()
		}
	}
	if err := t.stopsListening(ctx, s); err != nil {
		return err
	}
	left, err := s.drain(ctx, t.suite.o.Patience*3/4)
	if err != nil {
		return saw("after calls that were given up Drain answered %s", said(err))
	}
	if left != 0 {
		return saw("%v after their callers had gone away %d calls were still under way", t.suite.o.Patience*3/4, left)
	}
	return nil
}

// stopsListening goes away from a watch that is under way for certain: on a slow machine the brief calls may never have come to the driver.
func (t *trial) stopsListening(ctx context.Context, s *subject) error {
	if !t.suite.serves(serviceEvents) {
		return nil
	}
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := s.watch(ctx, "")
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		return saw("Watch: %s", said(err))
	}
	return s.known(ctx)
}

func answersWhileBusy(ctx context.Context, t *trial) error {
	jobs := make([]*schedulerv1.Job, 20)
	for i := range jobs {
		jobs[i] = t.shell("exit 0")
	}
	asked := make(chan error, 20)
	for range cap(asked) {
		go func() { asked <- t.known(ctx) }()
	}
	refs, err := t.together(ctx, jobs)
	for range cap(asked) {
		if problem := <-asked; problem != nil {
			err = problem
		}
	}
	if err != nil {
		return err
	}
	_, err = t.untilEach(ctx, refs, "at an end", tasks.ended)
	return err
}

func takesLongTokens(ctx context.Context, t *trial) error {
	job := t.shell("exit 0")
	job.Token = (job.GetToken() + "-" + strings.Repeat("Long-0123", 8))[:64]
	ref, err := t.submit(ctx, job)
	if kindOf(err) == fault.Invalid {
		return saw("such a token is refused: %w", err)
	}
	if err != nil {
		return err
	}
	_, err = t.ended(ctx, ref)
	return err
}
