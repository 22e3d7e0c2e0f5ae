package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Config is the configuration of a scheduler by the names of its driver's options (oceanid drivers describe TYPE lists them). Values are strings,
// bools, numbers, time.Duration, slices and maps of them; a nested block is a Config, repeated ones are a []Config.
type Config map[string]any

// Scheduler is a named scheduler, saved or not. It outlives restarts of its driver and of the host: get it again by name.
type Scheduler struct {
	host *Host

	mu     sync.Mutex
	record store.Scheduler // Revision 0: not saved
	given  Config          // what a Save has to keep; nil: nothing was changed
}

// Name is the scheduler's unique name.
func (s *Scheduler) Name() string { s.mu.Lock(); defer s.mu.Unlock(); return s.record.Name }

// Type is the name of its driver.
func (s *Scheduler) Type() string { s.mu.Lock(); defer s.mu.Unlock(); return s.record.Type }

// Revision grows by one with each Save; 0: it was never saved.
func (s *Scheduler) Revision() int64 { s.mu.Lock(); defer s.mu.Unlock(); return s.record.Revision }

// Managed is "FILE:LINE" for a scheduler that the configuration file defines, and which can be changed only there; else "".
func (s *Scheduler) Managed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Source == (store.Source{}) {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.record.Source.File, s.record.Source.Line)
}

// Config is the configuration as it was saved, without its secrets, with defaults filled in.
func (s *Scheduler) Config() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c Config
	if s.record.Config == nil || json.Unmarshal(s.record.Config, &c) != nil {
		return Config{}
	}
	return c
}

// MarshalJSON gives name, type, revision, managed and config; no secrets.
func (s *Scheduler) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Revision int64  `json:"revision"`
		Managed  string `json:"managed,omitempty"`
		Config   Config `json:"config"`
	}{s.Name(), s.Type(), s.Revision(), s.Managed(), s.Config()})
}

// Set changes options for the next Save; the others, secrets among them, stay as they are. A nil value takes an option away.
func (s *Scheduler) Set(c Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given == nil {
		s.given = Config{}
	}
	for k, v := range c {
		s.given[k] = v
	}
}

// Save keeps the scheduler, after its driver has accepted the configuration: fault.Invalid says what is wrong with it, fault.Exists that the name is
// in use, fault.Conflict that somebody saved it since it was read, fault.Denied that the configuration file manages it.
func (s *Scheduler) Save(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	driver, values, err := s.resolve(ctx)
	if err != nil {
		return err
	}
	if err := s.accepted(ctx, driver, values); err != nil {
		return err
	}
	record := s.record
	if record.UID == "" {
		record.UID = store.NewUID()
	}
	if record, err = s.host.fill(ctx, record, values); err != nil {
		return err
	}
	if record.Revision == 0 {
		record, err = s.host.store.CreateScheduler(ctx, record)
	} else {
		record, err = s.host.store.UpdateScheduler(ctx, record)
	}
	if err != nil {
		return err
	}
	s.host.links.changed(record.UID)
	s.record, s.given = record, nil
	return nil
}

// Delete forgets the scheduler and its jobs' records. Jobs that have not ended are fault.Conflict; the pool is not told anything.
func (s *Scheduler) Delete(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if s.record.Revision == 0 {
		return fault.NotFound.New("scheduler %q was never saved", s.record.Name)
	}
	// Before, while the record still says how to name it; should the deletion be refused the driver is told again when it is needed.
	if s.host.runs(s.record.Type) {
		c, err := s.host.caller(ctx, s.record.UID)
		if err == nil {
			err = c.Forget(ctx)
		}
		if err != nil {
			s.host.log.Warn("the driver could not be told that a scheduler goes; it forgets when it ends", "scheduler", s.record.Name, "error", err)
		}
	}
	err := s.host.store.DeleteScheduler(ctx, s.record.Name, s.record.Revision)
	s.host.links.changed(s.record.UID)
	return err
}

// runs tells whether a driver's process is there.
func (h *Host) runs(typ string) bool {
	for _, c := range h.catalog.Candidates() {
		if c.Name == typ {
			return c.State == supervise.Ready
		}
	}
	return false
}

func (s *Scheduler) writable() error {
	src := s.record.Source
	if src == (store.Source{}) || !s.host.manages(s.record.Name) {
		return nil
	}
	return fault.Denied.New("scheduler %q is managed by %s:%d; change it there", s.record.Name, src.File, src.Line)
}

// manages tells whether the host's own file still defines a scheduler.
func (h *Host) manages(name string) bool {
	for _, b := range h.file.Schedulers {
		if b.Name == name {
			return true
		}
	}
	return false
}

// resolve works out the values that the scheduler has now, saved or not.
func (s *Scheduler) resolve(ctx context.Context) (*catalog.Driver, config.Values, error) {
	driver, err := s.host.catalog.Driver(ctx, s.record.Type)
	if err != nil {
		return nil, config.Values{}, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, config.Values{}, err
	}
	merged := Config{}
	if s.record.Revision > 0 {
		whole, err := s.host.whole(ctx, s.record)
		if err != nil {
			return nil, config.Values{}, err
		}
		if err := decodeExact(whole, &merged); err != nil {
			return nil, config.Values{}, err
		}
	}
	for k, v := range s.given {
		if merged[k] = v; v == nil {
			delete(merged, k)
		}
	}
	values, err := config.FromMap(fmt.Sprintf("scheduler %q", s.record.Name), said.GetConfig(), merged)
	return driver, values, err
}

func (s *Scheduler) accepted(ctx context.Context, driver *catalog.Driver, v config.Values) error {
	whole, err := config.Merge(v.Public, v.Secret)
	if err != nil {
		return err
	}
	err = call.Validate(ctx, driver, whole)
	if refused := (*call.ConfigError)(nil); errors.As(err, &refused) {
		_, err = config.Explain(fmt.Sprintf("scheduler %q", s.record.Name), v.Secret, refused.Diagnostics)
	}
	return err
}

// Test really connects to the pool with the configuration as it stands, saved or not. It reports each step to report (which may be nil) and returns the
// error of the first that fails. A driver that cannot test is fault.Unsupported.
func (s *Scheduler) Test(ctx context.Context, report func(scheduler.Check)) error {
	if report == nil {
		report = func(scheduler.Check) {}
	}
	s.mu.Lock()
	saved := s.record.Revision > 0 && s.given == nil
	record := s.record
	var values config.Values
	var trial *call.Scheduler
	var err error
	if saved {
		values, err = s.host.values(ctx, record)
	} else {
		trial, values, err = s.trial(ctx)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if saved {
		c, err := s.host.caller(ctx, record.UID)
		if err != nil {
			return err
		}
		return s.explained(ctx, record.Name, values, c.Probe(ctx, report))
	}
	err = trial.Probe(ctx, report)
	return s.explained(ctx, record.Name, values, errors.Join(err, trial.Forget(context.WithoutCancel(ctx))))
}

// trial is a caller for a configuration that is not saved, and that configuration.
func (s *Scheduler) trial(ctx context.Context) (*call.Scheduler, config.Values, error) {
	driver, values, err := s.resolve(ctx)
	if err != nil {
		return nil, values, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, values, err
	}
	uid := store.NewUID()
	dir, err := s.host.scratch("trial")
	if err != nil {
		return nil, values, err
	}
	current := func(context.Context) (call.Instance, error) {
		return call.Instance{ID: uid, Revision: "trial", Dir: dir,
			Config: func(context.Context) ([]byte, error) { return config.Merge(values.Public, values.Secret) }}, nil
	}
	return call.New(s.record.Name, driver, current, said.GetServices()), values, nil
}

// explained puts a driver's objections to a configuration into words, without the secrets among its values, at their places if the file has them.
func (s *Scheduler) explained(ctx context.Context, name string, values config.Values, err error) error {
	refused := (*call.ConfigError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	for _, b := range s.host.file.Schedulers {
		if b.Name != name {
			continue
		}
		if d, decoded := s.host.decodeBlock(ctx, b); decoded == nil {
			if said, described := d.driver.Describe(ctx); described == nil {
				_, err = s.host.file.Locate(b, said.GetConfig(), refused.Diagnostics)
				return err
			}
		}
	}
	_, err = config.Explain(fmt.Sprintf("scheduler %q", name), values.Secret, refused.Diagnostics)
	return err
}

// Can tells whether the scheduler's driver has a capability: "events", "logs", "uploads", "downloads", "probes", "holds" or "workflows".
func (s *Scheduler) Can(ctx context.Context, capability string) (bool, error) {
	driver, err := s.host.catalog.Driver(ctx, s.Type())
	if err != nil {
		return false, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return false, err
	}
	for _, service := range said.GetServices() {
		if service == capabilityService(capability) {
			return true, nil
		}
	}
	return false, nil
}

func capabilityService(capability string) string {
	return map[string]string{
		"events": call.Events, "logs": call.Logs, "uploads": call.Uploads, "downloads": call.Downloads, "probes": call.Probes,
		"holds": call.Holds, "workflows": call.Workflows,
	}[capability]
}
