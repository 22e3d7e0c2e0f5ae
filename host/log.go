package host

import (
	"context"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// slogOver lets a driver within this process, which logs by slog, write to the host's log.
type slogOver struct{ log hclog.Logger }

func (s slogOver) Enabled(_ context.Context, level slog.Level) bool {
	return s.log.GetLevel() <= hclogLevel(level)
}

func (s slogOver) Handle(_ context.Context, r slog.Record) error {
	var args []any
	r.Attrs(func(a slog.Attr) bool { args = append(args, a.Key, a.Value.Resolve().Any()); return true })
	s.log.Log(hclogLevel(r.Level), r.Message, args...)
	return nil
}

func (s slogOver) WithAttrs(attrs []slog.Attr) slog.Handler {
	var args []any
	for _, a := range attrs {
		args = append(args, a.Key, a.Value.Resolve().Any())
	}
	return slogOver{s.log.With(args...)}
}

func (s slogOver) WithGroup(name string) slog.Handler { return slogOver{s.log.Named(name)} }

func hclogLevel(l slog.Level) hclog.Level {
	switch {
	case l < slog.LevelInfo:
		return hclog.Debug
	case l < slog.LevelWarn:
		return hclog.Info
	case l < slog.LevelError:
		return hclog.Warn
	}
	return hclog.Error
}
