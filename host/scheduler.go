package host

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
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
	sets   int             // how often Set was called
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
	s.sets++
	for k, v := range c {
		s.given[k] = v
	}
}

// Save keeps the scheduler, after its driver has accepted the configuration: fault.Invalid says what is wrong with it, fault.Exists that the name is
// in use, fault.Conflict that somebody saved it since it was read, fault.Denied that the configuration file manages it. What is Set while it works is for the
// next one.
func (s *Scheduler) Save(ctx context.Context) error {
	now := s.draft()
	if err := s.host.writable(now.record); err != nil {
		return err
	}
	driver, values, err := s.host.resolve(ctx, now)
	if err != nil {
		return err
	}
	if err := s.host.accepted(ctx, now.record.Name, driver, values); err != nil {
		return err
	}
	record := now.record
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
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = record
	if s.sets == now.sets {
		s.given = nil
	}
	return nil
}

// Delete forgets the scheduler and its jobs' records. Jobs that have not ended are fault.Conflict; the pool is not told anything.
func (s *Scheduler) Delete(ctx context.Context) error {
	record := s.draft().record
	if err := s.host.writable(record); err != nil {
		return err
	}
	if record.Revision == 0 {
		return fault.NotFound.New("scheduler %q was never saved", record.Name)
	}
	// Before, while the record still says how to name it; should the deletion be refused the driver is told again when it is needed.
	if s.host.runs(record.Type) {
		c, err := s.host.caller(ctx, record.UID)
		if err == nil {
			err = c.Forget(ctx)
		}
		if err != nil {
			s.host.log.Warn("the driver could not be told that a scheduler goes; it forgets when it ends", "scheduler", record.Name, "error", err)
		}
	}
	err := s.host.store.DeleteScheduler(ctx, record.Name, record.Revision)
	s.host.links.changed(record.UID)
	if err == nil {
		s.host.links.unlearn(record.UID)
	}
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

// Can tells whether the scheduler's driver has a capability: "events", "logs", "uploads", "downloads", "probes", "holds", "suspends", "workflows", "batches"
// (many jobs are submitted as one), "removals" (what a deleted job left goes), "finds" (jobs that the store has lost are found again), "explanations" or
// "inspections".
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
		"batches": call.Batches, "suspends": call.Suspends, "removals": call.Removals, "finds": call.Finds, "explanations": call.Explanations, "inspections": call.Inspections,
	}[capability]
}
