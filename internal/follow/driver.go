package follow

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Driver is what a submission and a follower ask of a scheduler's driver. It has all the verbs; which of them work, Can tells.
type Driver interface {
	scheduler.Driver
	scheduler.Watcher
	scheduler.WorkflowRunner
	scheduler.Batcher
	scheduler.Finder
	scheduler.Remover
	scheduler.Downloader
	// Watches tells whether Watch is there; without it the driver is polled.
	Watches() bool
	// Can tells whether the driver serves a service, as call.Batches.
	Can(service string) bool
	// Upload stages one input; open gives its content from the start.
	Upload(ctx context.Context, token string, in scheduler.Input, open func() (io.ReadCloser, error)) error
}

// Drivers opens the driver of a scheduler, by its UID.
type Drivers func(ctx context.Context, uid string) (Driver, error)
