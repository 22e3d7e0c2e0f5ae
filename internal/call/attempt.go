package call

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
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

// attempts is how often a call is made at most when the driver's process goes away under it. One that makes way for another process is none of them.
const attempts = 3

// lasting is how long an attempt at a stream takes that was not in vain: what is followed for days outlives any number of crashes.
const lasting = 2 * time.Minute

// verb is what is asked of a driver.
type verb struct {
	// name is the method's in the protocol, for metrics and the log; op is what errors say.
	name, op string
	class    class
	// deadline bounds waiting, starting the driver, and all attempts together; 0: the caller's context alone does.
	deadline time.Duration
	// repeat tells whether the call may still be made once more after the driver went away under it; nil: it may.
	repeat func() bool
	// stays tells, of a call without a deadline, whether it is to end at the process that has it, also when another takes over; nil: it makes way.
	stays func() bool
}

// attempt makes a call once.
type attempt func(context.Context, grpc.ClientConnInterface, Instance) error

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
		err = func() error {
			defer leave() // also if what the caller has to do with an answer panics
			return s.try(ctx, v, call)
		}()
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
	var i Instance
	var err error
	for made := 0; made < attempts; made++ {
		began := time.Now()
		if i, err = s.Instance(ctx); err != nil {
			break
		}
		err = s.once(ctx, v, i, call)
		// After each step another process may have taken this one's place, which knows no instance either.
		for told := 0; told < attempts && errors.Is(err, fault.Unconfigured); told++ {
			// It may be another revision by now; an older one must not take its place.
			if i, err = s.Instance(ctx); err != nil {
				break
			}
			if i, err = s.settled(ctx, i); err == nil {
				err = s.once(ctx, v, i, call)
			}
		}
		if err == nil || ctx.Err() != nil || !(gone(err) || draining(err)) || (v.repeat != nil && !v.repeat()) {
			break
		}
		switch {
		case errors.As(err, new(*movedError)):
			made--
		case v.class == streams && time.Since(began) > lasting:
			made = -1
		}
	}
	return i.clean(ctx, err)
}

// draining tells that the driver refused a call because it goes away, and so did nothing.
func draining(err error) bool {
	after, ok := fault.RetryAfter(err)
	return ok && after == 0 && errors.Is(err, fault.Unavailable) && fault.Blame(err) == fault.Host
}

// crashTime is how long a call whose connection broke waits to hear whether the driver's process has ended.
const crashTime = time.Second

func (s *Scheduler) once(ctx context.Context, v verb, i Instance, call attempt) error {
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
			case <-ended:
				return
			}
			if crash := lease.Err(); crash != nil {
				makeWay(&goneError{crash})
			} else if v.stays == nil || !v.stays() {
				makeWay(moved())
			}
		})
	}
	err = wire.Fault(call(ctx, lease.Conn(), i))
	if cause := context.Cause(ctx); err != nil && (gone(cause) || draining(cause)) {
		return cause
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

// movedError tells that a call was ended here, because another process takes over from the one that had it.
type movedError struct{ error }

func (e *movedError) Unwrap() error { return e.error }

// moved is, but for its type, what a driver that makes way answers; see draining.
func moved() error {
	return &movedError{fault.After(fault.By(fault.Host, fault.Unavailable.New("the driver makes way for another process")), 0)}
}
