package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// ListOptions say which schedulers are wanted. The zero value wants the first 100.
type ListOptions struct {
	// Type wants those of one driver.
	Type string
	// After is the name of the last one of the page before.
	After string
	// Limit is the size of the page. Default 100, at most 1000.
	Limit int
}

// ListSchedulers are the saved schedulers in the order of their names. A page shorter than its limit is the last one.
func (h *Host) ListSchedulers(ctx context.Context, o ListOptions) ([]*Scheduler, error) {
	records, err := h.store.ListSchedulers(ctx, store.SchedulerQuery{Type: o.Type, After: o.After, Limit: o.Limit})
	if err != nil {
		return nil, err
	}
	all := make([]*Scheduler, len(records))
	for i, r := range records {
		all[i] = &Scheduler{host: h, record: r}
	}
	return all, nil
}

// GetScheduler is the saved scheduler of that name, or fault.NotFound.
func (h *Host) GetScheduler(ctx context.Context, name string) (*Scheduler, error) {
	record, err := h.store.Scheduler(ctx, name)
	if err != nil {
		return nil, err
	}
	return &Scheduler{host: h, record: record}, nil
}

// DefaultType is the type of a scheduler for which none is given.
const DefaultType = "condor"

// CreateScheduler makes a scheduler that nobody else sees until it is saved. hostname becomes the option "host", unless it is empty; typ is the name of
// the driver, DefaultType if it is empty. Options are checked by Save and Test.
func (h *Host) CreateScheduler(name, hostname, typ string, c Config) (*Scheduler, error) {
	if name == "" {
		return nil, fault.Invalid.New("a scheduler needs a name")
	}
	if typ == "" {
		typ = DefaultType
	}
	given := Config{}
	for k, v := range c {
		given[k] = v
	}
	if hostname != "" {
		if _, twice := given["host"]; twice {
			return nil, fault.Invalid.New(`scheduler %q: the host is given twice, as an argument and as the option "host"`, name)
		}
		given["host"] = hostname
	}
	return &Scheduler{host: h, record: store.Scheduler{Name: name, Type: typ}, given: given}, nil
}

// CondorConfig are the usual options of an HTCondor scheduler over SSH. Zero fields are left to the driver's defaults.
type CondorConfig struct {
	// Username is the account on the access point.
	Username string
	// Password, or PrivateKeyPath with PrivateKeyPassphrase if the key has one. Without either the SSH agent is asked.
	Password             string
	PrivateKeyPath       string
	PrivateKeyPassphrase string
	// Port is that of the SSH server. Default: 22.
	Port int
	// Timeout bounds the first connection. Default: 30 s.
	Timeout time.Duration
	// Options are any others that the driver has; see oceanid drivers describe condor.
	Options Config
}

// CreateCondorScheduler makes an HTCondor scheduler that nobody else sees until it is saved.
func (h *Host) CreateCondorScheduler(name, hostname string, c CondorConfig) (*Scheduler, error) {
	given := Config{}
	for k, v := range c.Options {
		given[k] = v
	}
	for k, v := range map[string]string{"username": c.Username, "password": c.Password, "private_key_path": c.PrivateKeyPath, "private_key_passphrase": c.PrivateKeyPassphrase} {
		if v != "" {
			given[k] = v
		}
	}
	if c.Port != 0 {
		given["port"] = c.Port
	}
	if c.Timeout != 0 {
		given["timeout"] = c.Timeout
	}
	return h.CreateScheduler(name, hostname, "condor", given)
}

// ParseConfig reads a configuration that a person typed: sets are "key=value", with dots into nested blocks, and secrets are the values of sensitive
// options by key. What is wrong is told with the nearest known name. The driver is not started, unless this machine has never seen it.
func (h *Host) ParseConfig(ctx context.Context, name, typ string, sets []string, secrets map[string]string) (Config, error) {
	driver, err := h.catalog.Driver(ctx, typ)
	if err != nil {
		return nil, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, err
	}
	values, err := config.FromStrings(fmt.Sprintf("scheduler %q", name), said.GetConfig(), sets, secrets)
	if err != nil {
		return nil, err
	}
	whole, err := config.Merge(values.Public, values.Secret)
	if err != nil {
		return nil, err
	}
	c := Config{}
	return c, decodeExact(whole, &c)
}

// decodeExact reads JSON with its numbers as they are written.
func decodeExact(raw json.RawMessage, into *Config) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(into); err != nil && err != io.EOF {
		return fault.By(fault.Host, fault.Internal.New("a kept configuration: %w", err))
	}
	return nil
}
