package call

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// deadlines of the verbs; a caller's own, where it is sooner, wins. A stream's is none: it ends with its caller, or when it falls silent.
const (
	configureDeadline = 30 * time.Second
	submitDeadline    = 2 * time.Minute
	queryDeadline     = time.Minute
	cancelDeadline    = 30 * time.Second
	probeDeadline     = 2 * time.Minute
)

// attempts is how often a call is made at most when the driver's process goes away under it.
const attempts = 3

// verb is what is asked of a driver.
type verb struct {
	// name is the method's in the protocol, for metrics and the log; op is what errors say.
	name, op string
	class    class
	// deadline bounds waiting, starting the driver, and all attempts together; 0: the caller's context alone does.
	deadline time.Duration
	// repeat tells whether the call may still be made once more after the driver went away under it; nil: it may.
	repeat func() bool
}

// attempt makes a call once.
type attempt func(context.Context, grpc.ClientConnInterface, *pluginv1.Instance) error

// do makes one call when its turn has come, counts it, and tells how it ended.
func (s *Scheduler) do(ctx context.Context, v verb, call attempt) error {
	began := time.Now()
	ctx, request := identified(ctx)
	if v.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, v.deadline)
		defer cancel()
	}
	leave, err := s.Bulkhead.enter(ctx, v.class, s.Name)
	if err == nil {
		err = s.try(ctx, v, call)
		leave()
	}
	err = s.describe(ctx, v.op, err)
	took := time.Since(began)
	s.Bulkhead.ended(v.name, took, err)
	if s.Log.IsDebug() {
		s.Log.Debug("call", "scheduler", s.Name, "verb", v.name, "request", request, "took", took, "result", result(err))
	}
	return err
}

// try configures the instance if the driver does not know it, and repeats a call whose driver went away, which every verb here allows: Submit by its
// token, a stream until work has been handed to the caller.
func (s *Scheduler) try(ctx context.Context, v verb, call attempt) error {
	var err error
	for made := 0; made < attempts; made++ {
		var i Instance
		if i, err = s.Instance(ctx); err != nil {
			break
		}
		err = s.once(ctx, i, call)
		// After each step another process may have taken this one's place, which knows no instance either.
		for told := 0; told < attempts && errors.Is(err, fault.Unconfigured); told++ {
			// It may be another revision by now; an older one must not take its place.
			if i, err = s.Instance(ctx); err != nil {
				break
			}
			if err = s.configure(ctx, i); err == nil {
				err = s.once(ctx, i, call)
			}
		}
		if err == nil || ctx.Err() != nil || !(gone(err) || draining(err)) || (v.repeat != nil && !v.repeat()) {
			break
		}
	}
	return err
}

// draining tells that the driver refused a call because it goes away, and so did nothing.
func draining(err error) bool {
	after, ok := fault.RetryAfter(err)
	return ok && after == 0 && errors.Is(err, fault.Unavailable) && fault.Blame(err) == fault.Host
}

// crashTime is how long a call whose connection broke waits to hear whether the driver's process has ended.
const crashTime = time.Second

func (s *Scheduler) once(ctx context.Context, i Instance, call attempt) error {
	lease, err := s.Process.Acquire(ctx)
	if err != nil {
		return err
	}
	defer lease.Release()
	// A stream that is left before its end must end at the driver as well.
	ctx, makeWay := context.WithCancelCause(ctx)
	defer makeWay(nil)
	if deadline, bounded := ctx.Deadline(); !bounded || time.Until(deadline) > probeDeadline {
		// A call without an end of its own makes way when the driver is to end, and begins again with the next one.
		ended := make(chan struct{})
		var watching sync.WaitGroup
		defer watching.Wait()
		defer close(ended)
		watching.Go(func() {
			select {
			case <-lease.Retiring():
				makeWay(moved())
			case <-ended:
			}
		})
	}
	err = wire.Fault(call(ctx, lease.Conn(), &pluginv1.Instance{Id: i.ID, Revision: i.Revision}))
	if err != nil && draining(context.Cause(ctx)) {
		return context.Cause(ctx)
	}
	if !wire.Transport(err) || ctx.Err() != nil {
		return err
	}
	wait := time.NewTimer(crashTime)
	defer wait.Stop()
	select {
	case <-lease.Done():
		if ended := lease.Err(); ended != nil {
			return &goneError{ended}
		}
	case <-wait.C:
	case <-ctx.Done():
	}
	return &goneError{err}
}

// goneError tells that the driver went away under a call, which may or may not have been carried out.
type goneError struct{ error }

func (e *goneError) Unwrap() error { return e.error }

func gone(err error) bool {
	var g *goneError
	return errors.As(err, &g)
}

// moved is what a driver that makes way answers; see draining.
func moved() error {
	return fault.After(fault.By(fault.Host, fault.Unavailable.New("the driver makes way for another process")), 0)
}
