package drivertest_test

import (
	"context"
	"os"
	"reflect"
	"testing"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/internal/process"
	"github.com/oceanid/oceanid/sdk/internal/schema"
	"github.com/oceanid/oceanid/sdk/internal/serve"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// defectVariable names the defect that a driver's process is to have.
const defectVariable = "DRIVERTEST_DEFECT"

// TestMain lets the test binary be a driver, also one with a defect.
func TestMain(m *testing.M) {
	if name := os.Getenv(defectVariable); name != "" && process.StartedByHost() {
		os.Exit(serveBadly(name))
	}
	drivertest.Main(poolPlugin())
	os.Exit(m.Run())
}

// serveBadly serves the pool's driver with one defect: in the driver itself, or in what crosses the wire.
func serveBadly(name string) int {
	d := defects()[name]
	log := process.NewLog(os.Stderr, process.HostLevel())
	block, err := schema.Of(reflect.TypeFor[poolConfig](), reflect.TypeFor[sdk.Secret]())
	if err != nil {
		panic(err)
	}
	decode := func(config []byte) (poolConfig, []*pluginv1.Diagnostic) {
		var c poolConfig
		found := schema.Decode(config, reflect.ValueOf(&c).Elem())
		return c, found
	}
	server := serve.New(serve.Definition{
		Name: "bad", Version: "1.2.3", SDK: "go 0.0.0", Schema: block,
		Validate: func(config []byte) []*pluginv1.Diagnostic { _, found := decode(config); return found },
		Open: func(_ context.Context, config []byte, _ serve.Env) (scheduler.Driver, []*pluginv1.Diagnostic, error) {
			c, found := decode(config)
			if len(found) > 0 {
				return nil, found, nil
			}
			good := &poolDriver{c.Socket}
			if d.driver != nil {
				return d.driver(good), nil, nil
			}
			return good, nil, nil
		},
		Watches: true, StreamsLogs: true, Uploads: true, Downloads: true, Probes: !d.noProbes, Holds: true, RunsWorkflows: true,
		Batches: true, Suspends: true, Removes: true, Finds: true, Explains: true, Inspects: true,
	}, serve.Process{Log: log.Slog(), SetLevel: log.SetLevel})
	if d.begin != nil {
		d.begin()
	}
	return process.Serve(process.Options{
		Name: "bad", Version: "1.2.3", Log: log,
		Register:      func(g *grpc.Server) { server.Register(g) },
		ServerOptions: append(d.options(), server.Options()...),
		Drain:         func(ctx context.Context) { server.Close(ctx) },
	})
}

// defect is one thing that a driver does wrong.
type defect struct {
	// driver puts another driver in the good one's place.
	driver func(*poolDriver) scheduler.Driver
	// in sees and changes every request.
	in func(method string, m any)
	// out sees and changes every answer; false: it is not sent.
	out func(method string, m any) bool
	// end sees and changes how a call ends.
	end func(ctx context.Context, method string, err error) error
	// instead answers a call itself, where it gives true.
	instead func(method string) (any, bool)
	// begin is done before anything is served.
	begin func()
	// noProbes leaves out the service Probes.
	noProbes bool

	// roomy gives the pool more room than the defect fills with jobs that nobody ends.
	roomy bool
}

// options are interceptors that stand before all others.
func (d defect) options() []grpc.ServerOption {
	unary := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if d.instead != nil {
			if answer, ok := d.instead(info.FullMethod); ok {
				return answer, nil
			}
		}
		if d.in != nil {
			d.in(info.FullMethod, req)
		}
		answer, err := next(ctx, req)
		if err == nil && d.out != nil {
			d.out(info.FullMethod, answer)
		}
		if d.end != nil {
			err = d.end(ctx, info.FullMethod, err)
		}
		return answer, err
	}
	stream := func(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		err := next(srv, &badStream{s, info.FullMethod, d})
		if d.end != nil {
			err = d.end(s.Context(), info.FullMethod, err)
		}
		return err
	}
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}
}

type badStream struct {
	grpc.ServerStream
	method string
	defect defect
}

func (s *badStream) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	if err == nil && s.defect.in != nil {
		s.defect.in(s.method, m)
	}
	return err
}

func (s *badStream) SendMsg(m any) error {
	if s.defect.out != nil && !s.defect.out(s.method, m) {
		return nil
	}
	return s.ServerStream.SendMsg(m)
}
