package drivertest

import (
	"context"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/sdk/fault"
)

// patient is ctx for one step at the pool.
func (s *suite) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.o.Patience, fmt.Errorf("it took longer than the patience of %v", s.o.Patience))
}

// whole is how much longer than one step a check may take.
const whole = 6

// patientForAll is ctx for one check.
func (s *suite) patientForAll(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, whole*s.o.Patience, fmt.Errorf("the check took longer than %d times the patience of %v", whole, s.o.Patience))
}

// overdue is a call that the suite gave up: what gRPC makes of that must not be taken for the driver's words.
type overdue struct{ why, err error }

func (e *overdue) Error() string              { return e.why.Error() }
func (e *overdue) Unwrap() error              { return e.err }
func (e *overdue) GRPCStatus() *status.Status { return status.Convert(e.err) }

// inTime tells of an error from a call whether it is the suite's own deadline that has passed.
func inTime(ctx context.Context, err error) error {
	limit, limited := ctx.Deadline()
	if err == nil || !limited {
		return err
	}
	// The driver may have been the first to see the deadline, and have said so in its own words.
	if kindOf(err) == fault.Timeout {
		limit = limit.Add(-time.Second)
	} else if infoOf(err) != nil {
		return err
	}
	if time.Now().Before(limit) {
		return err
	}
	// The driver's side counts the same deadline, and may be the first to end the call.
	<-ctx.Done()
	return &overdue{context.Cause(ctx), err}
}

// calls are the calls to a process, in which a deadline of the suite's own shows as overdue.
type calls struct{ grpc.ClientConnInterface }

func (c calls) Invoke(ctx context.Context, method string, args, reply any, o ...grpc.CallOption) error {
	return inTime(ctx, c.ClientConnInterface.Invoke(ctx, method, args, reply, o...))
}

func (c calls) NewStream(ctx context.Context, d *grpc.StreamDesc, method string, o ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := c.ClientConnInterface.NewStream(ctx, d, method, o...)
	if err != nil {
		return nil, inTime(ctx, err)
	}
	return &answers{s, ctx}, nil
}

// answers are a stream with the context that it was begun with: its own one is cancelled when it ends, whatever the reason.
type answers struct {
	grpc.ClientStream
	ctx context.Context
}

func (s *answers) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if err == io.EOF {
		return err
	}
	return inTime(s.ctx, err)
}
