package catalog

import (
	"context"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Driver is the driver of one name, whatever a reload makes of it; once it is removed, it is fault.NotFound. It is safe for concurrent use.
type Driver struct {
	catalog *Catalog
	name    string
}

// entry is the present one.
func (d *Driver) entry() (*entry, error) {
	now := d.catalog.candidates.Load()
	if e := now.byName[d.name]; e != nil {
		return e, nil
	}
	return nil, now.notFound(d.name)
}

// Name is the type that operators write.
func (d *Driver) Name() string { return d.name }

// Describe tells what the driver is. A driver whose executable is known is not started for it; of one that runs, what the running one said. The answer
// is the caller's to read, not to change.
func (d *Driver) Describe(ctx context.Context) (*pluginv1.DescribeResponse, error) {
	for {
		e, err := d.entry()
		if err != nil {
			return nil, err
		}
		if _, said := e.memory.get(); said != nil && e.supervisor.Status().State == supervise.Ready {
			return said, nil
		}
		_, said, err := e.inspect()
		if said != nil || err != nil {
			return said, err
		}
		lease, err := d.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		lease.Release()
		if _, said := e.memory.get(); said != nil {
			return said, nil
		}
		// Another has taken its place before it was started.
	}
}

// Acquire gives the use of the driver, as [supervise.Supervisor.Acquire] does.
func (d *Driver) Acquire(ctx context.Context) (*supervise.Lease, error) {
	for {
		e, err := d.entry()
		if err != nil {
			return nil, err
		}
		lease, err := e.supervisor.Acquire(ctx)
		if err == nil {
			return lease, nil
		}
		// It may have been removed while it was waited for, and may even be there again.
		if now, gone := d.entry(); gone == nil && now.supervisor == e.supervisor {
			return nil, err
		}
	}
}

// Status tells the state of the driver's process; that of a driver that was removed is "refused".
func (d *Driver) Status() supervise.Status {
	e, err := d.entry()
	if err != nil {
		return supervise.Status{State: Refused, Reason: err.Error(), Err: err}
	}
	return e.supervisor.Status()
}
