package launch

import "github.com/oceanid/oceanid/sdk/fault"

// Crash is how a process ended that nobody had stopped. It is of kind fault.Crashed.
type Crash struct {
	Name, Path string
	PID        int
	// ExitStatus is what the process exited with, or -1 if Signal ended it.
	ExitStatus int
	// Signal is the name of the signal that ended it, such as "killed"; "": none.
	Signal string
	// Panic is the trace that a Go panic or a Python exception left, first line first; "": none.
	Panic string
	// Log are the last lines of the driver's log, at most 50, the oldest first.
	Log []string
}

// Error is one line: the driver, how it ended, and what it said last.
func (c *Crash) Error() string { return "" }

// Unwrap makes errors.Is(err, fault.Crashed) hold.
func (c *Crash) Unwrap() error { return fault.Crashed }
