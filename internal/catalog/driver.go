package catalog

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Driver is one driver of the catalog. It is safe for concurrent use.
type Driver struct{}

// Name is the type that operators write.
func (d *Driver) Name() string { return "" }

// Describe tells what the driver is. A driver whose executable is known is not started for it. The answer is the caller's to read, not to change.
func (d *Driver) Describe(ctx context.Context) (*pluginv1.DescribeResponse, error) {
	return nil, errors.ErrUnsupported
}

// Acquire gives the use of the driver, as [supervise.Supervisor.Acquire] does.
func (d *Driver) Acquire(ctx context.Context) (*supervise.Lease, error) {
	return nil, errors.ErrUnsupported
}

// Status tells the state of the driver's process.
func (d *Driver) Status() supervise.Status { return supervise.Status{} }
