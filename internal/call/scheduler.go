package call

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/supervise"
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
	// Hide takes the secrets of the configuration out of what a driver says, which may quote them. It is asked about every error and every reason, and
	// so is to be quick. nil: there are none.
	Hide func(ctx context.Context, text string) string
	// Unsettled tells, of a configuration that its driver has just refused, whether another is about to take its place, or has done so: the call is then
	// repeated for some seconds, and ends as fault.Unavailable. nil: the refusal counts.
	Unsettled func(ctx context.Context) bool
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

// Options say whom a [Scheduler] is for, and how its driver is reached. Name, Process and Instance are required.
type Options struct {
	// Name is the scheduler's, unique among all; its calls share one part of the bulkhead.
	Name string
	// Process is its driver.
	Process Process
	// Instance gives what the scheduler is now. It is asked before each attempt, so that a configuration that was changed meanwhile is never set back.
	Instance func(context.Context) (Instance, error)
	// Services are the ones that the driver described.
	Services []string
	// Bulkhead is the driver's, the same for all its schedulers; nil: calls are neither limited nor counted.
	Bulkhead *Bulkhead
	// Log hears of every call at debug level; nil: nothing does.
	Log hclog.Logger
}

// Scheduler calls the driver of one scheduler. It is safe for concurrent use and outlives the driver's processes.
type Scheduler struct {
	Options
	patience, silence, breath time.Duration
}

// New makes the caller for a scheduler.
func New(o Options) *Scheduler {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	return &Scheduler{Options: o, patience: patience, silence: silence, breath: breath}
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

	Batches      = "oceanid.scheduler.v1.Batches"
	Suspends     = "oceanid.scheduler.v1.Suspends"
	Removals     = "oceanid.scheduler.v1.Removals"
	Finds        = "oceanid.scheduler.v1.Finds"
	Explanations = "oceanid.scheduler.v1.Explanations"
	Inspections  = "oceanid.scheduler.v1.Inspections"
)

// Can tells whether the driver serves a service.
func (s *Scheduler) Can(service string) bool { return slices.Contains(s.Services, service) }

func (s *Scheduler) need(service, verb string) error {
	if s.Can(service) {
		return nil
	}
	return fault.Unsupported.New("scheduler %q: its driver cannot %s", s.Name, verb)
}

const (
	// settling is how often a driver is told what the configuration is by now, before it counts as unavailable; settle is how long is waited each time.
	settling = 40
	settle   = 250 * time.Millisecond
)

// settled makes the driver know the instance, by the configuration that it has in the end.
func (s *Scheduler) settled(ctx context.Context, i Instance) (Instance, error) {
	for told := 1; ; told++ {
		err := s.configure(ctx, i)
		if !errors.As(err, new(*ConfigError)) || i.Unsettled == nil || !i.Unsettled(ctx) {
			return i, err
		}
		err = fault.After(fault.By(fault.Host, fault.Unavailable.New("the configuration is being replaced: %v", err)), settle)
		if told == settling {
			return i, err
		}
		wait := time.NewTimer(settle)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return i, err
		}
		now, failed := s.Instance(ctx)
		if failed != nil {
			return i, failed
		}
		i = now
	}
}

// configure makes the driver know the instance.
func (s *Scheduler) configure(ctx context.Context, i Instance) error {
	config, err := i.Config(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, configureDeadline)
	defer cancel()
	return s.once(ctx, verb{}, i, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		resp, err := pluginv1.NewPluginClient(conn).Configure(ctx, &pluginv1.ConfigureRequest{
			Instance: i.ref(), Name: s.Name, ConfigJson: config, Directory: i.Dir,
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
	return s.do(ctx, verb{name: "Forget", op: "forget", deadline: cancelDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		_, err := pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{Instance: i.ref()})
		return err
	})
}

// Validate asks a driver about a configuration that nobody keeps yet; of o it needs Process, and takes Bulkhead and Log. hide takes the configuration's
// secrets out of a text; nil: there are none. The error is a *[ConfigError] where the driver refuses it.
func Validate(ctx context.Context, o Options, config []byte, hide func(text string) string) error {
	tried := Instance{}
	if hide != nil {
		tried.Hide = func(_ context.Context, text string) string { return hide(text) }
	}
	// What is only tried shares a part of the bulkhead of its own.
	o.Name, o.Instance = "", func(context.Context) (Instance, error) { return tried, nil }
	return New(o).do(ctx, verb{name: "Validate", op: "validate", deadline: configureDeadline}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
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
	if s.Name == "" {
		return err
	}
	return fmt.Errorf("scheduler %q: %s: %w", s.Name, op, err)
}

func (s *Scheduler) client(conn grpc.ClientConnInterface) schedulerv1.SchedulerClient {
	return schedulerv1.NewSchedulerClient(conn)
}
