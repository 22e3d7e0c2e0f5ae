package catalog

import (
	"context"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Driver is one driver of the catalog. It is safe for concurrent use.
type Driver struct{ entry *entry }

// Name is the type that operators write.
func (d *Driver) Name() string { return d.entry.name }

// Describe tells what the driver is. A driver whose executable is known is not started for it; of one that runs, what the running one said. The answer
// is the caller's to read, not to change.
func (d *Driver) Describe(ctx context.Context) (*pluginv1.DescribeResponse, error) {
	e := d.entry
	if said := e.memory.get(); said != nil && e.supervisor.Status().State == supervise.Ready {
		return said, nil
	}
	_, said, err := e.inspect()
	if said != nil || err != nil {
		return said, err
	}
	lease, err := e.supervisor.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer lease.Release()
	return e.memory.get(), nil
}

// Acquire gives the use of the driver, as [supervise.Supervisor.Acquire] does.
func (d *Driver) Acquire(ctx context.Context) (*supervise.Lease, error) {
	return d.entry.supervisor.Acquire(ctx)
}

// Status tells the state of the driver's process.
func (d *Driver) Status() supervise.Status { return d.entry.supervisor.Status() }
