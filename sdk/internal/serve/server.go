package serve

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Server serves one definition. Make it with [New], hand its [Server.Options] to the gRPC server and register it there.
type Server struct {
	pluginv1.UnimplementedPluginServer

	def       Definition
	process   Process
	instances *instances
	services  func() []string
	gate      gate
}

// New makes a server.
func New(def Definition, process Process) *Server {
	process.Log = slog.New(newNaming(process.Log.Handler()))
	return &Server{
		def:       def,
		process:   process,
		instances: &instances{open: def.Open, log: process.Log, known: map[string]*instance{}, configuring: map[string]*turn{}},
	}
}

// Register adds the services of the definition to g: those that its driver has, and no others.
func (s *Server) Register(g *grpc.Server) {
	s.services = func() []string {
		var names []string
		for name := range g.GetServiceInfo() {
			if len(name) > len("oceanid.") && name[:len("oceanid.")] == "oceanid." {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	pluginv1.RegisterPluginServer(g, s)
	schedulerv1.RegisterSchedulerServer(g, &schedulerServer{instances: s.instances})
	if s.def.Watches {
		schedulerv1.RegisterEventsServer(g, &eventsServer{instances: s.instances, heartbeat: 15 * time.Second})
	}
	if s.def.StreamsLogs {
		schedulerv1.RegisterLogsServer(g, &logsServer{instances: s.instances})
	}
	if s.def.Uploads {
		schedulerv1.RegisterUploadsServer(g, &uploadsServer{instances: s.instances})
	}
	if s.def.Downloads {
		schedulerv1.RegisterDownloadsServer(g, &downloadsServer{instances: s.instances})
	}
	if s.def.Probes {
		schedulerv1.RegisterProbesServer(g, &probesServer{instances: s.instances})
	}
	if s.def.Holds {
		schedulerv1.RegisterHoldsServer(g, &holdsServer{instances: s.instances})
	}
	if s.def.RunsWorkflows {
		schedulerv1.RegisterWorkflowsServer(g, &workflowsServer{instances: s.instances})
	}
	if s.def.Batches {
		schedulerv1.RegisterBatchesServer(g, &batchesServer{instances: s.instances})
	}
	if s.def.Suspends {
		schedulerv1.RegisterSuspendsServer(g, &suspendsServer{instances: s.instances})
	}
	if s.def.Removes {
		schedulerv1.RegisterRemovalsServer(g, &removalsServer{instances: s.instances})
	}
	if s.def.Finds {
		schedulerv1.RegisterFindsServer(g, &findsServer{instances: s.instances})
	}
	if s.def.Explains {
		schedulerv1.RegisterExplanationsServer(g, &explanationsServer{instances: s.instances})
	}
	if s.def.Inspects {
		schedulerv1.RegisterInspectionsServer(g, &inspectionsServer{instances: s.instances})
	}
}

// Describe answers from the definition and from the gRPC server's own list of services.
func (s *Server) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.DescribeResponse, error) {
	return &pluginv1.DescribeResponse{
		Name:     s.def.Name,
		Version:  s.def.Version,
		Kind:     pluginv1.Kind_KIND_SCHEDULER,
		Sdk:      s.def.SDK,
		Services: s.services(),
		Config:   s.def.Schema,
		Summary:  s.def.Summary,

		AtLeastOnce: s.def.AtLeastOnce,
	}, nil
}

// Validate checks a configuration without acting on it.
func (s *Server) Validate(_ context.Context, req *pluginv1.ValidateRequest) (*pluginv1.ValidateResponse, error) {
	return &pluginv1.ValidateResponse{Diagnostics: s.def.Validate(req.GetConfigJson())}, nil
}

// Configure makes an instance known.
func (s *Server) Configure(ctx context.Context, req *pluginv1.ConfigureRequest) (*pluginv1.ConfigureResponse, error) {
	diagnostics, err := s.instances.configure(ctx, req)
	if err != nil {
		return nil, err
	}
	return &pluginv1.ConfigureResponse{Diagnostics: diagnostics}, nil
}

// Forget closes an instance.
func (s *Server) Forget(_ context.Context, req *pluginv1.ForgetRequest) (*pluginv1.ForgetResponse, error) {
	s.instances.forget(req.GetInstance().GetId())
	return &pluginv1.ForgetResponse{}, nil
}

// Drain refuses new calls, ends streams, and waits for the rest.
func (s *Server) Drain(ctx context.Context, req *pluginv1.DrainRequest) (*pluginv1.DrainResponse, error) {
	if d := req.GetDeadline().AsDuration(); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	return &pluginv1.DrainResponse{Left: int32(s.Close(ctx))}, nil
}

// Close drains: it refuses new calls, ends streams, waits for the calls under way until ctx is done, closes the drivers, and tells how many
// calls were left. It may be called more than once.
func (s *Server) Close(ctx context.Context) int {
	s.gate.shut()
	s.instances.endStreams()
	left := s.gate.wait(ctx)
	if left == 0 {
		s.instances.closeAll()
	}
	return left
}

// SetLogLevel changes what the driver logs.
func (s *Server) SetLogLevel(_ context.Context, req *pluginv1.SetLogLevelRequest) (*pluginv1.SetLogLevelResponse, error) {
	if err := s.process.SetLevel(req.GetLevel()); err != nil {
		return nil, fault.Invalid.New("log level %q: %w", req.GetLevel(), err)
	}
	return &pluginv1.SetLogLevelResponse{}, nil
}

// gate counts the calls under way and refuses new ones once it is shut.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside int
	empty  chan struct{}
}

func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return fault.After(fault.By(fault.Host, fault.Unavailable.New("the driver is draining")), 0)
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// wait returns when nobody is inside or ctx is done, with how many are left.
func (g *gate) wait(ctx context.Context) int {
	g.mu.Lock()
	if g.inside == 0 {
		g.mu.Unlock()
		return 0
	}
	if g.empty == nil {
		g.empty = make(chan struct{})
	}
	empty := g.empty
	g.mu.Unlock()
	select {
	case <-empty:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside
}

// supports reads an optional interface off a driver. Register has proved that it is there.
func supports[T any](i *instance) (T, error) {
	t, ok := i.driver.(T)
	if !ok {
		return t, fault.Unsupported.New("this driver cannot do that")
	}
	return t, nil
}
