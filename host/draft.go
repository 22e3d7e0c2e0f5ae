package host

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// draft is a scheduler as it stood at one moment, so that nobody waits for it while its driver is asked.
type draft struct {
	record store.Scheduler
	given  Config
	sets   int
}

func (s *Scheduler) draft() draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	return draft{s.record, maps.Clone(s.given), s.sets}
}

func (d draft) saved() bool { return d.record.Revision > 0 && d.given == nil }

func (h *Host) writable(record store.Scheduler) error {
	src := record.Source
	if src == (store.Source{}) || !h.manages(record.Name) {
		return nil
	}
	return fault.Denied.New("scheduler %q is managed by %s:%d; change it there", record.Name, src.File, src.Line)
}

// manages tells whether the host's own file still defines a scheduler.
func (h *Host) manages(name string) bool { return blockOf(h.file.Load(), name) != nil }

// blockOf is the block that defines a scheduler, or nil.
func blockOf(file *config.File, name string) *config.Block {
	for _, b := range file.Schedulers {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// resolve works out the values that a scheduler has, saved or not.
func (h *Host) resolve(ctx context.Context, d draft) (*catalog.Driver, config.Values, error) {
	driver, err := h.catalog.Driver(ctx, d.record.Type)
	if err != nil {
		return nil, config.Values{}, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, config.Values{}, err
	}
	merged := Config{}
	if d.record.Revision > 0 {
		whole, err := h.whole(ctx, d.record)
		if err != nil {
			return nil, config.Values{}, err
		}
		if err := decodeExact(whole, &merged); err != nil {
			return nil, config.Values{}, err
		}
	}
	for k, v := range d.given {
		if merged[k] = v; v == nil {
			delete(merged, k)
		}
	}
	values, err := config.FromMap(fmt.Sprintf("scheduler %q", d.record.Name), said.GetConfig(), merged)
	return driver, values, err
}

// accepted asks a driver about a configuration that no file has.
func (h *Host) accepted(ctx context.Context, name string, driver *catalog.Driver, v config.Values) error {
	whole, err := config.Merge(v.Public, v.Secret)
	if err != nil {
		return err
	}
	err = call.Validate(ctx, h.plan().calls(driver), whole, config.Redactor(v.Secret))
	if refused := (*call.ConfigError)(nil); errors.As(err, &refused) {
		_, err = config.Explain(fmt.Sprintf("scheduler %q", name), v.Secret, refused.Diagnostics)
	}
	return err
}

// Test really connects to the pool with the configuration as it stands, saved or not. It reports each step to report (which may be nil) and returns the
// error of the first that fails. A driver that cannot test is fault.Unsupported.
func (s *Scheduler) Test(ctx context.Context, report func(scheduler.Check)) error {
	if report == nil {
		report = func(scheduler.Check) {}
	}
	h, now := s.host, s.draft()
	name := now.record.Name
	if now.saved() {
		values, err := h.values(ctx, now.record)
		if err != nil {
			return err
		}
		c, err := h.caller(ctx, now.record.UID)
		if err != nil {
			return err
		}
		return h.explained(ctx, name, values, c.Probe(ctx, report))
	}
	trial, values, err := h.trial(ctx, now)
	if err != nil {
		return err
	}
	err = trial.Probe(ctx, report)
	return h.explained(ctx, name, values, errors.Join(err, trial.Forget(context.WithoutCancel(ctx))))
}

// trial is a caller for a configuration that is not saved, and that configuration.
func (h *Host) trial(ctx context.Context, d draft) (*call.Scheduler, config.Values, error) {
	driver, values, err := h.resolve(ctx, d)
	if err != nil {
		return nil, values, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, values, err
	}
	uid := store.NewUID()
	dir, err := h.scratch("trial")
	if err != nil {
		return nil, values, err
	}
	hide := config.Redactor(values.Secret)
	current := func(context.Context) (call.Instance, error) {
		return call.Instance{ID: uid, Revision: "trial", Dir: dir,
			Hide:   func(_ context.Context, text string) string { return hide(text) },
			Config: func(context.Context) ([]byte, error) { return config.Merge(values.Public, values.Secret) }}, nil
	}
	return call.New(call.Options{
		Name: d.record.Name, Process: driver, Instance: current, Services: said.GetServices(), Bulkhead: h.bulkhead(d.record.Type), Log: h.log.Named("call"),
	}), values, nil
}

// explained puts a driver's objections to a configuration into words, without the secrets among its values, at their places if the file has them.
func (h *Host) explained(ctx context.Context, name string, values config.Values, err error) error {
	refused := (*call.ConfigError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	p := h.plan()
	if b := blockOf(p.file, name); b != nil {
		if d, wrong := p.scheduler(ctx, b); wrong == nil {
			return d.explained(ctx, err)
		}
	}
	_, err = config.Explain(fmt.Sprintf("scheduler %q", name), values.Secret, refused.Diagnostics)
	return err
}
