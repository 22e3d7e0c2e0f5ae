package sdk

import "log/slog"

// Env is what a driver gets besides its configuration, one for each named scheduler.
type Env struct {
	// Name is the name that the operator gave the scheduler.
	Name string
	// Log goes to the host's log, with the driver and the scheduler named. Log with the context of the call, as in Log.InfoContext(ctx, …), and the line
	// has the call's request and verb as well: an operator finds by the request what one click in the portal did at the host and in the driver. What is
	// below the host's level is not written at all; the host may change that while the driver runs.
	Log *slog.Logger
	// Dir is a folder of this scheduler's own on the host's machine, mode 0700, that survives restarts of driver and host. Another
	// process of the same driver may use it at the same time.
	Dir string
}
