package process

import (
	"context"
	"log/slog"
	"time"

	"github.com/hashicorp/go-hclog"
)

// handler hands slog's records to hclog, so that one level and one writer serve both.
type handler struct {
	to     hclog.Logger
	prefix string // of the groups that are open, each with a dot
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	at := h.to.GetLevel()
	return at != hclog.Off && levelOf(level) >= at
}

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	args := make([]any, 0, 2*r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		args = flatten(args, h.prefix, a)
		return true
	})
	h.to.Log(levelOf(r.Level), r.Message, args...)
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var args []any
	for _, a := range attrs {
		args = flatten(args, h.prefix, a)
	}
	if len(args) == 0 {
		return h
	}
	return &handler{to: h.to.With(args...), prefix: h.prefix}
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &handler{to: h.to, prefix: h.prefix + name + "."}
}

// flatten adds a as hclog's pairs; a group's members get its name before theirs, for hclog has no groups.
func flatten(args []any, prefix string, a slog.Attr) []any {
	value := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
		return args
	case value.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range value.Group() {
			args = flatten(args, prefix, member)
		}
		return args
	case value.Kind() == slog.KindDuration, value.Kind() == slog.KindTime && !value.Time().IsZero():
		return append(args, prefix+a.Key, text(value))
	}
	return append(args, prefix+a.Key, value.Any())
}

// text keeps a duration from becoming a bare number of nanoseconds in JSON.
func text(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().Format(time.RFC3339Nano)
	}
	return v.Duration().String()
}

func levelOf(l slog.Level) hclog.Level {
	switch {
	case l < slog.LevelDebug:
		return hclog.Trace
	case l < slog.LevelInfo:
		return hclog.Debug
	case l < slog.LevelWarn:
		return hclog.Info
	case l < slog.LevelError:
		return hclog.Warn
	}
	return hclog.Error
}

var _ slog.Handler = (*handler)(nil)
