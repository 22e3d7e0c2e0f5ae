package sdk

import "log/slog"

// Env is what a driver gets besides its configuration, one for each named scheduler.
type Env struct {
	// Name is the name that the operator gave the scheduler.
	Name string
	// Log goes to the host's log, with the driver and the scheduler named.
	Log *slog.Logger
	// Dir is a folder of this scheduler's own on the host's machine, mode 0700, that survives restarts of driver and host. Another
	// process of the same driver may use it at the same time.
	Dir string
}
