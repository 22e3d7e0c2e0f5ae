package call

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Process is a driver's process, started when it is first asked for and again after a crash.
type Process interface {
	// Acquire gives the use of the running driver, for one call.
	Acquire(ctx context.Context) (*supervise.Lease, error)
}

// Instance is the named scheduler that calls are for.
type Instance struct {
	// ID and Revision are what requests carry.
	ID, Revision string
	// Dir is the instance's own folder on this machine.
	Dir string
	// Config gives the whole configuration, secrets included, when a driver has to be told.
	Config func(ctx context.Context) ([]byte, error)
	// Explain puts a driver's objections to it into words, without the secrets that the driver may quote. nil: only where they are is told.
	Explain func(ctx context.Context, found []*pluginv1.Diagnostic) error
}

// ConfigError is a driver's refusal of a configuration: what is wrong, and where.
type ConfigError struct {
	Diagnostics []*pluginv1.Diagnostic
	// words are what Error says; nil: the diagnostics' places only.
	words error
}

// Error tells the objections in the words of [Instance.Explain]. A driver may quote secrets in its own words, which are in Diagnostics.
func (e *ConfigError) Error() string {
	if e.words != nil {
		return e.words.Error()
	}
	var places []string
	for _, d := range e.Diagnostics {
		for _, step := range d.GetPath() {
			if a := step.GetAttribute(); a != "" {
				places = append(places, a)
			}
		}
	}
	return "the driver refuses the configuration: see " + strings.Join(places, ", ")
}

// Unwrap makes it fault.Invalid.
func (e *ConfigError) Unwrap() error { return fault.Invalid }

// Scheduler calls the driver of one scheduler. It is safe for concurrent use and outlives the driver's processes.
type Scheduler struct {
	name     string
	process  Process
	instance func(context.Context) (Instance, error)
	services []string
	patience time.Duration
}

// New makes the caller for the scheduler of that name. instance gives what it is now, and is asked before each attempt, so that a configuration
// that was changed meanwhile is never set back; services are the ones that the driver described.
func New(name string, p Process, instance func(context.Context) (Instance, error), services []string) *Scheduler {
	return &Scheduler{name: name, process: p, instance: instance, services: services, patience: patience}
}

// The optional services; Can asks for them.
const (
	Events    = "oceanid.scheduler.v1.Events"
	Logs      = "oceanid.scheduler.v1.Logs"
	Uploads   = "oceanid.scheduler.v1.Uploads"
	Downloads = "oceanid.scheduler.v1.Downloads"
	Probes    = "oceanid.scheduler.v1.Probes"
	Holds     = "oceanid.scheduler.v1.Holds"
	Workflows = "oceanid.scheduler.v1.Workflows"
)

// Can tells whether the driver serves a service.
func (s *Scheduler) Can(service string) bool { return slices.Contains(s.services, service) }

func (s *Scheduler) need(service, verb string) error {
	if s.Can(service) {
		return nil
	}
	return fault.Unsupported.New("scheduler %q: its driver cannot %s", s.name, verb)
}

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

// do makes one call: it configures the instance if the driver does not know it, and repeats a call whose driver went away, which every verb
// here allows (Submit by its token). Once work has been handed to the caller, repeat must be nil or answer false.
func (s *Scheduler) do(ctx context.Context, op string, deadline time.Duration, repeat func() bool, call func(context.Context, grpc.ClientConnInterface, *pluginv1.Instance) error) error {
	if deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadline)
		defer cancel()
	}
	var err error
	for attempt, configured := 0, false; attempt < attempts; attempt++ {
		var i Instance
		if i, err = s.instance(ctx); err != nil {
			break
		}
		err = s.once(ctx, i, call)
		if errors.Is(err, fault.Unconfigured) && !configured {
			configured = true
			// It may be another revision by now; an older one must not take its place.
			if i, err = s.instance(ctx); err != nil {
				break
			}
			if err = s.configure(ctx, i); err == nil {
				err = s.once(ctx, i, call)
			}
		}
		if err == nil || ctx.Err() != nil || !(gone(err) || draining(err)) || (repeat != nil && !repeat()) {
			break
		}
	}
	return s.describe(ctx, op, err)
}

// draining tells that the driver refused a call because it goes away, and so did nothing.
func draining(err error) bool {
	after, ok := fault.RetryAfter(err)
	return ok && after == 0 && errors.Is(err, fault.Unavailable) && fault.Blame(err) == fault.Host
}

// crashTime is how long a call whose connection broke waits to hear whether the driver's process has ended.
const crashTime = time.Second

func (s *Scheduler) once(ctx context.Context, i Instance, call func(context.Context, grpc.ClientConnInterface, *pluginv1.Instance) error) error {
	lease, err := s.process.Acquire(ctx)
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

// configure makes the driver know the instance.
func (s *Scheduler) configure(ctx context.Context, i Instance) error {
	config, err := i.Config(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, configureDeadline)
	defer cancel()
	return s.once(ctx, i, func(ctx context.Context, conn grpc.ClientConnInterface, ref *pluginv1.Instance) error {
		resp, err := pluginv1.NewPluginClient(conn).Configure(ctx, &pluginv1.ConfigureRequest{
			Instance: ref, Name: s.name, ConfigJson: config, Directory: i.Dir,
		})
		if err != nil {
			return err
		}
		err = refusal(resp.GetDiagnostics())
		if refused := (*ConfigError)(nil); errors.As(err, &refused) && i.Explain != nil {
			refused.words = i.Explain(ctx, refused.Diagnostics)
		}
		return err
	})
}

// Forget makes the driver close the instance. It starts a driver that does not run; who cares asks first whether it does.
func (s *Scheduler) Forget(ctx context.Context) error {
	return s.do(ctx, "forget", cancelDeadline, nil, func(ctx context.Context, conn grpc.ClientConnInterface, ref *pluginv1.Instance) error {
		_, err := pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{Instance: ref})
		return err
	})
}

// Validate asks a driver about a configuration that nobody keeps yet. The error is a *[ConfigError] where the driver refuses it.
func Validate(ctx context.Context, p Process, config []byte) error {
	s := &Scheduler{process: p, instance: func(context.Context) (Instance, error) { return Instance{}, nil }}
	return s.do(ctx, "validate", configureDeadline, nil, func(ctx context.Context, conn grpc.ClientConnInterface, ref *pluginv1.Instance) error {
		resp, err := pluginv1.NewPluginClient(conn).Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: config})
		if err != nil {
			return err
		}
		return refusal(resp.GetDiagnostics())
	})
}

func refusal(found []*pluginv1.Diagnostic) error {
	for _, d := range found {
		if d.GetSeverity() != pluginv1.Diagnostic_SEVERITY_WARNING {
			return &ConfigError{Diagnostics: found}
		}
	}
	return nil
}

// describe adds what was being done to an error.
func (s *Scheduler) describe(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, fault.Cancelled) {
		err = fault.Of(cause).New("%w", cause)
	}
	if s.name == "" {
		return err
	}
	return fmt.Errorf("scheduler %q: %s: %w", s.name, op, err)
}

func (s *Scheduler) client(conn grpc.ClientConnInterface) schedulerv1.SchedulerClient {
	return schedulerv1.NewSchedulerClient(conn)
}
