package catalog

import (
	"context"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// noGrace is what a driver gets to end that turned out to be another than was meant.
const noGrace = 2 * time.Second

// supervision is how the driver is started and treated.
func (e *entry) supervision() supervise.Options {
	o, b := e.catalog.o, e.block
	options := supervise.Options{
		Name: e.name, Start: e.start, Log: o.Log.Named(e.name), Grace: o.Grace, Idle: max(b.Idle, 0),
		Budget: b.Restart.Budget, Window: b.Restart.Window, Backoff: b.Restart.Backoff, MaxBackoff: b.Restart.MaxBackoff,
	}
	if o.Changed != nil {
		options.Changed = func(supervise.Status) { o.Changed(e.name) }
	}
	if o.NoRestarts {
		options.Budget = -1
	}
	// One that is built in costs nothing while nobody uses it, and cannot be killed when it hangs.
	if e.builtin == nil {
		options.Health.Ask = supervise.Ask
		if b.Idle == 0 {
			options.Idle = usualIdle
		}
	}
	return options
}

// start starts the driver and hears what it says of itself: only one that is the one that is meant is given out.
func (e *entry) start(ctx context.Context) (supervise.Process, error) {
	p, sum, err := e.launch(ctx)
	if err != nil {
		return nil, err
	}
	said, err := e.hear(ctx, p)
	if err == nil {
		e.keep(sum, said)
		err = e.accepts(said)
	}
	if err == nil {
		return p, nil
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), noGrace)
	defer cancel()
	if err := p.Stop(end); err != nil {
		e.catalog.o.Log.Warn("driver stopped by force", "driver", e.name, "error", err)
	}
	return nil, err
}

// keep remembers what the driver said, also if it is not the one that was meant: then it is refused from now on without being started.
func (e *entry) keep(sum string, said *pluginv1.DescribeResponse) {
	e.memory.put(sum, said)
	if sum == "" {
		return
	}
	if err := e.catalog.words.put(sum, said); err != nil {
		e.catalog.o.Log.Debug("what a driver says of itself was not kept", "driver", e.name, "error", err)
	}
}

// launch brings the driver to life; sum is that of its executable, "" if it has none.
func (e *entry) launch(ctx context.Context) (p supervise.Process, sum string, err error) {
	sum, err = e.check()
	if err != nil {
		return nil, "", err
	}
	e.memory.tried(sum)
	if e.builtin != nil {
		server, err := e.builtin.Server()
		if err != nil {
			return nil, "", err
		}
		served, err := launch.InProcess(server, e.catalog.o.DialOptions...)
		return served, "", err
	}
	spec, secrets := e.spec(), new(hush)
	spec.Hide = secrets.hide
	spec.DialOptions = append(slices.Clone(spec.DialOptions), grpc.WithChainUnaryInterceptor(secrets.overhear))
	process, err := launch.Start(ctx, spec)
	if err != nil {
		return nil, "", err
	}
	return process, process.Checksum(), nil
}

// hear asks a driver what it is.
func (e *entry) hear(ctx context.Context, p supervise.Process) (*pluginv1.DescribeResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, e.catalog.o.StartTimeout)
	defer cancel()
	said, err := pluginv1.NewPluginClient(p.Conn()).Describe(ctx, &pluginv1.DescribeRequest{})
	if err == nil {
		return said, nil
	}
	if status.Code(err) == codes.Unimplemented {
		return nil, fault.By(fault.Driver, e.invalid("it does not serve oceanid.plugin.v1.Plugin: it is a plugin, but no driver for this version of Oceanid"))
	}
	failed := wire.Fault(err)
	if crash := supervise.Epitaph(p, failed); crash != failed {
		return nil, crash
	}
	return nil, fault.By(fault.Driver, fault.Of(failed).New("driver %q: %s: asked what it is: %w", e.name, e.path, failed))
}
