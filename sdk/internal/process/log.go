package process

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// Log is the driver's log: one JSON object a line with hclog's keys, which is what a host reads on a driver's standard error. What is below the
// level is not written at all. It is safe for concurrent use.
type Log struct {
	hc   hclog.Logger
	slog *slog.Logger
}

// NewLog makes a log that writes to w at a level (trace, debug, info, warn, error or off). A level that is none of these is info.
func NewLog(w io.Writer, level string) *Log {
	hc := hclog.New(&hclog.LoggerOptions{Output: w, Level: hclog.Info, JSONFormat: true})
	l := &Log{hc: hc, slog: slog.New(&handler{to: hc})}
	// The environment may come from a newer host; a driver that logs at its usual level is better than one that does not start.
	_ = l.SetLevel(level)
	return l
}

// Slog is the log for slog's callers. slog has no trace: what is below slog.LevelDebug is trace.
func (l *Log) Slog() *slog.Logger { return l.slog }

// HCLog is the log for hclog's callers.
func (l *Log) HCLog() hclog.Logger { return l.hc }

// SetLevel changes the level at once, for every logger that came from this log.
func (l *Log) SetLevel(level string) error {
	to := hclog.LevelFromString(level)
	if to == hclog.NoLevel {
		return fmt.Errorf("%q is not one of trace, debug, info, warn, error, off", level)
	}
	l.hc.SetLevel(to)
	return nil
}
