package serve

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Options are what the gRPC server must be made with: every call has its request in its context and passes the gate, a panic ends the call and not the process, and errors
// become statuses that keep their kind.
func (s *Server) Options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(wire.MaxMessage),
		grpc.MaxSendMsgSize(wire.MaxMessage),
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (resp any, err error) {
			ctx = identified(ctx, info.FullMethod)
			err = s.guard(ctx, info.FullMethod, func() error {
				resp, err = handle(ctx, req)
				return err
			})
			return resp, err
		}),
		grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			ctx := identified(stream.Context(), info.FullMethod)
			return s.guard(ctx, info.FullMethod, func() error { return handle(srv, identifiedStream{stream, ctx}) })
		}),
	}
}

func (s *Server) guard(ctx context.Context, method string, call func() error) (err error) {
	// go-plugin's own services and health, and the verb that drains, must pass a closed gate.
	if strings.HasPrefix(method, "/oceanid.") && method != pluginv1.Plugin_Drain_FullMethodName {
		if err := s.gate.enter(); err != nil {
			return wire.Error(err)
		}
		defer s.gate.leave()
	}
	defer func() {
		if p := recover(); p != nil {
			s.process.Log.ErrorContext(ctx, "panic in the driver", "method", method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = wire.Error(fault.By(fault.Driver, fault.Internal.New("the driver panicked in %s: %v; its log has the stack", method, p)))
		}
	}()
	if err := call(); err != nil {
		return wire.Error(err)
	}
	return nil
}
