package sdk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/internal/schema"
	"github.com/oceanid/oceanid/sdk/internal/serve"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Version is the version of this SDK, which a driver tells its host.
const Version = "0.1.0"

// Plugin is a driver as a whole: what [Main] serves as a process of its own, or a host within its own process.
type Plugin struct {
	def serve.Definition
	err error
}

// Scheduler makes a plugin of a driver for schedulers.
//
// name is the type that operators write in their configuration ([a-z][a-z0-9-]*); version is the driver's own, without "v". C is the
// configuration: a struct whose tags are its schema (see the package's documentation). If *C or C has a method Validate() error it is called
// whenever a configuration is checked; it must not connect to anything.
//
// open is called once for each named scheduler, with its decoded configuration, and again when that changes. It should be quick: connect on first
// use, not here. Return D as your own type, not as scheduler.Driver: the optional interfaces that D has become the driver's capabilities. If D is an
// io.Closer it is closed when the scheduler is removed, reconfigured or the driver stops, after the last call on it has ended.
func Scheduler[C any, D scheduler.Driver](name, version string, open func(context.Context, C, Env) (D, error)) Plugin {
	driver := reflect.TypeFor[D]()
	block, err := schema.Of(reflect.TypeFor[C](), reflect.TypeFor[Secret]())
	switch {
	case err != nil:
	case driver.Kind() == reflect.Interface:
		err = errors.New("open must return the driver's own type, not an interface: its methods are the driver's capabilities")
	case !regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`).MatchString(name):
		err = fmt.Errorf("%q is not a name for a driver: [a-z][a-z0-9-]*, at most 32 bytes", name)
	}
	if err != nil {
		return Plugin{err: fmt.Errorf("driver %q: %w", name, err)}
	}
	return Plugin{def: serve.Definition{
		Name:          name,
		Version:       version,
		SDK:           "go " + Version,
		Schema:        block,
		Validate:      func(config []byte) []*pluginv1.Diagnostic { _, found := decode[C](config); return found },
		Open:          opener(open),
		Watches:       driver.Implements(reflect.TypeFor[scheduler.Watcher]()),
		StreamsLogs:   driver.Implements(reflect.TypeFor[scheduler.LogStreamer]()),
		Uploads:       driver.Implements(reflect.TypeFor[scheduler.Uploader]()),
		Downloads:     driver.Implements(reflect.TypeFor[scheduler.Downloader]()),
		Probes:        driver.Implements(reflect.TypeFor[scheduler.Prober]()),
		Holds:         driver.Implements(reflect.TypeFor[scheduler.Holder]()),
		RunsWorkflows: driver.Implements(reflect.TypeFor[scheduler.WorkflowRunner]()),
		Batches:       driver.Implements(reflect.TypeFor[scheduler.Batcher]()),
		Suspends:      driver.Implements(reflect.TypeFor[scheduler.Suspender]()),
		Removes:       driver.Implements(reflect.TypeFor[scheduler.Remover]()),
		Finds:         driver.Implements(reflect.TypeFor[scheduler.Finder]()),
		Explains:      driver.Implements(reflect.TypeFor[scheduler.Explainer]()),
		Inspects:      driver.Implements(reflect.TypeFor[scheduler.Inspector]()),
	}}
}

// Doc adds one sentence about the driver, for lists and its reference page.
func (p Plugin) Doc(summary string) Plugin {
	p.def.Summary = summary
	return p
}

// AtLeastOnce says that the driver cannot promise that a token makes one job only, and why, in one sentence: "the pool cannot be asked for a token, so a crash
// during a submission may run the job twice." A host shows it wherever it shows the driver. Do not call it if the driver does promise that, as
// [scheduler.Driver] asks it to.
func (p Plugin) AtLeastOnce(why string) Plugin {
	p.def.AtLeastOnce = why
	return p
}

// Name is the type that operators write.
func (p Plugin) Name() string { return p.def.Name }

// Err tells what is wrong with the plugin's definition; nil: nothing. [Main] prints it and exits.
func (p Plugin) Err() error { return p.err }

// InProcess makes a gRPC server that serves the plugin within this process, over the very messages that a process of its own would get. It is for a
// host's built-in drivers and for tests; whoever calls it serves a listener with it and stops it.
func (p Plugin) InProcess(log *slog.Logger) (*grpc.Server, error) {
	if p.err != nil {
		return nil, p.err
	}
	server := serve.New(p.def, serve.Process{Log: log, SetLevel: func(string) error { return nil }})
	g := grpc.NewServer(server.Options()...)
	server.Register(g)
	return g, nil
}

// validator is a configuration that checks itself.
type validator interface{ Validate() error }

func decode[C any](config []byte) (c C, found []*pluginv1.Diagnostic) {
	found = schema.Decode(config, reflect.ValueOf(&c).Elem())
	if len(found) > 0 {
		return c, found
	}
	check, ok := any(&c).(validator)
	if !ok {
		return c, nil
	}
	err := check.Validate()
	if err == nil {
		return c, nil
	}
	fields, rest := fieldErrors(err)
	found = diagnostics(fields)
	if rest != nil {
		found = append(found, &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_ERROR, Summary: wire.Text(rest.Error())})
	}
	return c, found
}

func opener[C any, D scheduler.Driver](open func(context.Context, C, Env) (D, error)) func(context.Context, []byte, serve.Env) (scheduler.Driver, []*pluginv1.Diagnostic, error) {
	return func(ctx context.Context, config []byte, env serve.Env) (scheduler.Driver, []*pluginv1.Diagnostic, error) {
		c, found := decode[C](config)
		if len(found) > 0 {
			return nil, found, nil
		}
		d, err := open(ctx, c, Env{Name: env.Name, Log: env.Log, Dir: env.Dir})
		if err == nil {
			return d, nil, nil
		}
		if fields, rest := fieldErrors(err); len(fields) > 0 && rest == nil {
			return nil, diagnostics(fields), nil
		}
		return nil, nil, err
	}
}

func diagnostics(fields []*fieldError) []*pluginv1.Diagnostic {
	found := make([]*pluginv1.Diagnostic, len(fields))
	for i, f := range fields {
		d := &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_ERROR, Summary: wire.Text(f.text)}
		for _, name := range f.path() {
			d.Path = append(d.Path, &pluginv1.Step{Step: &pluginv1.Step_Attribute{Attribute: name}})
		}
		found[i] = d
	}
	return found
}
