package serve

import (
	"context"
	"log/slog"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Definition is everything there is to know about a driver of schedulers.
type Definition struct {
	Name, Version, SDK, Summary string
	// AtLeastOnce says why a token may make more than one job; "": it does not.
	AtLeastOnce string
	Schema      *pluginv1.Block
	// Validate checks a configuration without acting on it.
	Validate func(config []byte) []*pluginv1.Diagnostic
	// Open makes the driver of one instance. It gives a driver, diagnostics, or an error.
	Open func(ctx context.Context, config []byte, env Env) (scheduler.Driver, []*pluginv1.Diagnostic, error)
	// The optional interfaces that every driver of this definition has.
	Watches, StreamsLogs, Uploads, Downloads, Probes, Holds, RunsWorkflows bool
	Batches, Suspends, Removes, Finds, Explains, Inspects                  bool
}

// Env is what an instance gets besides its configuration.
type Env struct {
	Name, Dir string
	Log       *slog.Logger
}

// Process is what the server needs of the process that it runs in.
type Process struct {
	Log      *slog.Logger
	SetLevel func(level string) error
}
