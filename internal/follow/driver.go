package follow

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Driver is what a submission and a follower ask of a scheduler's driver. It may be a scheduler.Batcher, Finder and Remover besides; which verbs work, Can
// tells.
type Driver interface {
	scheduler.Driver
	scheduler.Watcher
	scheduler.WorkflowRunner
	scheduler.Downloader
	// Watches tells whether Watch is there; without it the driver is polled.
	Watches() bool
	// Can tells whether the driver serves a service, as those below.
	Can(service string) bool
	// Upload stages one input; open gives its content from the start.
	Upload(ctx context.Context, token string, in scheduler.Input, open func() (io.ReadCloser, error)) error
}

// Drivers opens the driver of a scheduler, by its UID.
type Drivers func(ctx context.Context, uid string) (Driver, error)

// The services by which a driver takes many jobs at once, and tells which jobs its pool has.
const (
	batches = "oceanid.scheduler.v1.Batches"
	finds   = "oceanid.scheduler.v1.Finds"
)
