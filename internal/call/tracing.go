package call

import (
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// Tracing gives the options of a connection to a driver, of a process (launch.Spec) or within this one (launch.InProcess), whose calls are to be spans of
// tp. The driver gets the span in the metadata, as W3C's Trace Context has it, and may go on with it in any language. Only services of Oceanid are
// traced: not health, and not what go-plugin says to itself. A nil tp traces nothing.
func Tracing(tp trace.TracerProvider) []grpc.DialOption {
	if tp == nil {
		return nil
	}
	return []grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler(
		otelgrpc.WithTracerProvider(tp),
		// Baggage is the portal's own, and a driver may be anybody's.
		otelgrpc.WithPropagators(propagation.TraceContext{}),
		otelgrpc.WithMeterProvider(noop.NewMeterProvider()),
		otelgrpc.WithFilter(func(info *stats.RPCTagInfo) bool { return strings.HasPrefix(info.FullMethodName, "/oceanid.") }),
	))}
}
