package serve

import (
	"context"
	"log/slog"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/oceanid/oceanid/internal/wire"
)

// request is the call that a context belongs to, as it is named in the logs of host and driver.
type request struct{ id, verb string }

type requestKey struct{}

// identified is the context of a call of method, with its request.
func identified(ctx context.Context, method string) context.Context {
	r := request{verb: method[strings.LastIndexByte(method, '/')+1:]}
	if ids := metadata.ValueFromIncomingContext(ctx, wire.RequestID); len(ids) > 0 {
		r.id = ids[0]
	}
	return context.WithValue(ctx, requestKey{}, r)
}

// identifiedStream is a stream whose context has its request.
type identifiedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s identifiedStream) Context() context.Context { return s.ctx }

// naming is a log that adds the request and verb of the context that a record is logged with. They stand at the top, whatever groups the author has opened:
// the handlers that were derived are derived anew from one that has them.
type naming struct {
	slog.Handler
	top    slog.Handler
	derive []func(slog.Handler) slog.Handler // from top to this one, from the first group on
}

func newNaming(h slog.Handler) slog.Handler { return &naming{Handler: h, top: h} }

// Handle logs a record.
func (n *naming) Handle(ctx context.Context, record slog.Record) error {
	r, ok := ctx.Value(requestKey{}).(request)
	if !ok {
		return n.Handler.Handle(ctx, record)
	}
	attrs := []slog.Attr{slog.String("request", r.id), slog.String("verb", r.verb)}
	if r.id == "" {
		attrs = attrs[1:]
	}
	h := n.top.WithAttrs(attrs)
	for _, derive := range n.derive {
		h = derive(h)
	}
	return h.Handle(ctx, record)
}

// WithAttrs adds attributes.
func (n *naming) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(n.derive) == 0 {
		return newNaming(n.Handler.WithAttrs(attrs))
	}
	return n.derived(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup opens a group.
func (n *naming) WithGroup(name string) slog.Handler {
	if name == "" {
		return n
	}
	return n.derived(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (n *naming) derived(by func(slog.Handler) slog.Handler) slog.Handler {
	return &naming{Handler: by(n.Handler), top: n.top, derive: append(n.derive[:len(n.derive):len(n.derive)], by)}
}

var _ slog.Handler = (*naming)(nil)
