package launch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/oceanid/oceanid/internal/wire/handshake"
	"github.com/oceanid/oceanid/sdk/fault"
)

// lastGasp is how long a driver whose start failed may take to exit by itself.
const lastGasp = 500 * time.Millisecond

// Process is a running driver in a process of its own. It is safe for concurrent use.
type Process struct {
	spec     Spec
	sum      string
	child    *child
	client   *plugin.Client
	conn     *grpc.ClientConn
	close    func() // ends go-plugin's client; whoever calls it second waits for the first
	stopping atomic.Bool
	done     chan struct{}
	err      error // set before done is closed
}

// Start starts a driver and returns once it answers. It gives up when ctx or the spec's StartTimeout is over; ctx does not bound the
// life of the process. On an error nothing is left behind. An error of kind Invalid will not go away by trying again; Crashed,
// Timeout and Unavailable may.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	spec, err := spec.checked()
	if err != nil {
		return nil, err
	}
	for _, sentence := range spec.Limits.Unenforced() {
		spec.Log.Warn(sentence)
	}
	if ctx.Err() != nil {
		return nil, spec.givenUp(ctx)
	}
	exe, err := openExecutable(spec)
	if err != nil {
		return nil, err
	}
	defer exe.file.Close()
	if err := exe.check(); err != nil {
		return nil, spec.fail(fault.Unavailable, "%w", err)
	}
	folder, err := newFolder(os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp")
	if err != nil {
		return nil, spec.fail(fault.Unavailable, "%w", err)
	}
	p, err := start(ctx, spec, exe, folder)
	if err != nil {
		if left := os.RemoveAll(folder); left != nil {
			spec.Log.Warn("folder of the driver's socket was left behind", "error", left)
		}
		return nil, err
	}
	return p, nil
}

func start(ctx context.Context, spec Spec, exe *executable, folder string) (*Process, error) {
	host, driver, err := handshake.NewTLS()
	if err != nil {
		return nil, spec.fail(fault.Unavailable, "%w", err)
	}
	keys := filepath.Join(folder, "tls.pem")
	if err := writeKeys(keys, driver); err != nil {
		return nil, spec.fail(fault.Unavailable, "%w", err)
	}
	security, err := host.Client()
	if err != nil {
		return nil, spec.fail(fault.Unavailable, "%w", err)
	}
	c := newChild(spec, exe, folder, keys)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake.Config(),
		Plugins:          handshake.Plugins(nil),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		RunnerFunc:       c.adopt,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: folder},
		TLSConfig:        security,
		GRPCDialOptions:  slices.Concat(handshake.DialOptions(), spec.DialOptions, []grpc.DialOption{grpc.WithContextDialer(c.links.dial)}),
		SkipHostEnv:      true,
		// What go-plugin has to say package launch says better.
		Logger:     hclog.NewNullLogger(),
		SyncStdout: &writer{logs: c.logs, pace: pace{ended: c.ended}},
		SyncStderr: &writer{logs: c.logs, pace: pace{ended: c.ended}},
		// go-plugin's own limit must not come first.
		StartTimeout: spec.StartTimeout + time.Minute,
	})
	p := &Process{
		spec: spec, sum: exe.sum, child: c, client: client,
		close: sync.OnceFunc(client.Kill),
		done:  make(chan struct{}),
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	_ = os.Remove(keys)
	go p.watch()
	spec.Log.Debug("driver started", "path", spec.Path, "pid", c.pid, "checksum", exe.sum)
	return p, nil
}

func writeKeys(path string, driver *handshake.Side) error {
	data, err := driver.PEM()
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// connect waits until the driver answers. When it gives up, the process has ended.
func (p *Process) connect(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, p.spec.StartTimeout)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- p.answers(limit) }()
	var err error
	select {
	case err = <-result:
		if err == nil {
			return nil
		}
		// A driver that is about to exit by itself says more by its status than by ours.
		if p.child.started() {
			wait(limit, p.child.gone, lastGasp)
		}
		p.child.send(killSignal)
	case <-limit.Done():
		p.child.send(killSignal)
	}
	if p.child.started() && !wait(context.WithoutCancel(ctx), p.child.gone, unkillable) {
		return p.spec.unkillable(p.child.pid)
	}
	if err == nil {
		err = <-result
	}
	p.close()
	if !p.child.started() {
		return p.notStarted(ctx, limit, err)
	}
	return p.whyNot(ctx, limit, err)
}

// notStarted is the error of a process that was never executed.
func (p *Process) notStarted(ctx, limit context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return p.spec.givenUp(ctx)
	case limit.Err() != nil:
		return p.spec.fail(fault.Timeout, "it was not executed within %v", p.spec.StartTimeout)
	case fault.Of(err) == fault.Internal:
		return p.spec.fail(fault.Unavailable, "cannot be executed: %w", err)
	}
	return err
}

func (s Spec) givenUp(ctx context.Context) error {
	return s.fail(fault.Of(ctx.Err()), "starting it was given up: %w", context.Cause(ctx))
}

// answers starts the process and asks it whether it serves.
func (p *Process) answers(ctx context.Context) error {
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	conn, ok := protocol.(*plugin.GRPCClient)
	if !ok {
		return fmt.Errorf("unexpected client %T", protocol)
	}
	p.conn = conn.Conn
	reply, err := grpc_health_v1.NewHealthClient(p.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: plugin.GRPCServiceName})
	if err == nil && reply.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		err = fmt.Errorf("its health is %s", reply.GetStatus())
	}
	return err
}

// whyNot says why the driver did not start, from the most telling to the least.
func (p *Process) whyNot(ctx, limit context.Context, err error) error {
	c := p.child
	crash := p.crash()
	crash.Starting = true
	switch {
	case c.refused != nil:
		return p.spec.misbehaved(fault.Invalid, "%w", c.refused)
	case ctx.Err() != nil:
		return p.spec.givenUp(ctx)
	case limit.Err() != nil:
		after := "it wrote nothing to its log"
		if len(crash.Log) > 0 {
			after = "its last words: " + crash.Log[len(crash.Log)-1]
		}
		return p.spec.misbehaved(fault.Timeout, "it did not complete the handshake within %v; %s", p.spec.StartTimeout, after)
	case !c.forced():
		return crash
	}
	return p.spec.misbehaved(fault.Invalid, "it answers the handshake but not as a driver does: %w", err)
}

// crash is what is known of how the process ended.
func (p *Process) crash() *Crash {
	tail, trace := p.child.logs.end()
	limit := p.child.limit()
	if last := ""; limit == "" {
		if len(tail) > 0 {
			last = tail[len(tail)-1]
		}
		limit = p.spec.Limits.refused(trace + "\n" + last)
	}
	return &Crash{
		Name: p.spec.Name, Path: p.spec.Path, PID: p.child.pid,
		ExitStatus: p.child.exitCode, Signal: p.child.signal,
		Panic: trace, Limit: limit, Log: tail,
	}
}

// watch waits for the end of the process and clears everything away.
func (p *Process) watch() {
	<-p.child.gone
	p.close()
	if err := os.RemoveAll(p.child.folder); err != nil {
		p.spec.Log.Warn("folder of the driver's socket was left behind", "error", err)
	}
	if crash := p.crash(); !p.stopping.Load() {
		p.err = crash
	}
	close(p.done)
}

// Conn is the connection to the driver, until Done.
func (p *Process) Conn() grpc.ClientConnInterface { return p.conn }

// PID is the number of the process, which leads a process group of the same number.
func (p *Process) PID() int { return p.child.pid }

// Checksum is "sha256:" and the hex digits of what was executed.
func (p *Process) Checksum() string { return p.sum }

// Done is closed when the process has ended, its process group has been killed, and connection, descriptors and socket are gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is nil until Done and after a Stop; else it is a [*Crash].
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}
