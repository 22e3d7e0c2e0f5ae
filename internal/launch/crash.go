package launch

import (
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Crash is how a process ended that nobody had stopped. It is of kind fault.Crashed, and the driver's fault. It is never changed.
type Crash struct {
	Name, Path string
	PID        int
	// Starting says that it ended before it answered for the first time.
	Starting bool
	// ExitStatus is what the process exited with, or -1 if Signal ended it.
	ExitStatus int
	// Signal is what the system calls the signal that ended it, such as "killed"; "": none.
	Signal string
	// Panic is the trace that a Go panic or a Python exception left, its first line first; "": none.
	Panic string
	// Limit says which of the driver's limits it exceeded and was killed for, or was probably refused more by the system and ended of itself; "": none.
	Limit string
	// Log are the last lines of the driver's log, at most 50, the oldest first.
	Log []string
}

// Error is one line: which driver, how it ended, and what it said last.
func (c *Crash) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "driver %q: %s (process %d) ", c.Name, c.Path, c.PID)
	if c.Signal != "" {
		fmt.Fprintf(&b, "was ended by signal %q", c.Signal)
	} else {
		fmt.Fprintf(&b, "exited with status %d", c.ExitStatus)
	}
	if c.Starting {
		b.WriteString(" before it served")
	}
	switch headline := c.headline(); {
	case c.Limit != "" && c.Signal != "":
		b.WriteString(": " + c.Limit)
	case c.Limit != "" && headline != "":
		b.WriteString(": " + headline + "; " + c.Limit)
	case headline != "":
		b.WriteString(": " + headline)
	case len(c.Log) > 0:
		b.WriteString("; its last words: " + c.Log[len(c.Log)-1])
		if c.Limit != "" {
			b.WriteString("; " + c.Limit)
		}
	case c.Starting:
		b.WriteString(" and said nothing: check that it is a driver by running it by hand")
	}
	return b.String()
}

// headline is the line of the trace that says what happened: a Go panic's first, a Python exception's last.
func (c *Crash) headline() string {
	lines := strings.Split(c.Panic, "\n")
	if strings.HasPrefix(lines[0], "Traceback") {
		return lines[len(lines)-1]
	}
	return lines[0]
}

// Unwrap makes errors.Is(err, fault.Crashed) hold.
func (c *Crash) Unwrap() error { return fault.Crashed }
