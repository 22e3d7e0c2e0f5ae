package host

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Driver is a candidate: a driver, or what might have been one.
type Driver struct {
	// Name is the type that schedulers of it have.
	Name string `json:"name"`
	// Path is its program; empty for one within this process.
	Path string `json:"path,omitempty"`
	// Source tells how it was found: "configuration", "folder" or "built in".
	Source string `json:"source"`
	// State is "stopped", "starting", "ready", "draining", "backing off", "failed", or "refused" for what is not run.
	State string `json:"state"`
	// Reason says why it is refused, backing off or failed.
	Reason string `json:"reason,omitempty"`
	// Version and Summary are the driver's own words; empty while no host has asked it.
	Version string `json:"version,omitempty"`
	Summary string `json:"summary,omitempty"`
	// Checksum is "sha256:" and hex digits.
	Checksum string `json:"checksum,omitempty"`
	// PID is its process's number; 0: it does not run.
	PID int `json:"pid,omitempty"`
	// Since is when it came into this state; Restarts counts the starts that followed a crash.
	Since    time.Time `json:"since,omitzero"`
	Restarts int       `json:"restarts,omitempty"`
}

// Drivers lists every candidate by name: those that can be used and, with the reason, those that were refused. It starts none.
func (h *Host) Drivers() []Driver {
	var all []Driver
	for _, c := range h.catalog.Candidates() {
		all = append(all, Driver{
			Name: c.Name, Path: c.Path, Source: string(c.Source), State: string(c.State), Reason: c.Reason, Version: c.Version, Summary: c.Summary,
			Checksum: c.Checksum, PID: c.PID, Since: c.Since, Restarts: c.Restarts,
		})
	}
	return all
}

// Description is what a driver says of itself.
type Description struct {
	// Name and Version are the driver's, SDK what it was made with, Summary a sentence about it.
	Name    string `json:"name"`
	Version string `json:"version"`
	SDK     string `json:"sdk"`
	Summary string `json:"summary,omitempty"`
	// Services are the gRPC services that it serves: its capabilities.
	Services []string `json:"services"`
	// Options are what a configuration may hold, nested ones with dots: "queue.name".
	Options []Option `json:"options"`
}

// Option is one thing that a driver's configuration may hold.
type Option struct {
	Name string `json:"name"`
	// Type is "string", "bool", "int", "float", "duration", or "list of …", "map of …".
	Type     string `json:"type"`
	Required bool   `json:"required"`
	// Default is JSON; empty: none.
	Default string `json:"default,omitempty"`
	// Sensitive options are secrets.
	Sensitive bool     `json:"sensitive,omitempty"`
	OneOf     []string `json:"one_of,omitempty"`
	Doc       string   `json:"doc,omitempty"`
}

// DescribeDriver asks a driver what it is. It is started for that only if this machine has never seen its program.
func (h *Host) DescribeDriver(ctx context.Context, name string) (Description, error) {
	d, err := h.catalog.Driver(ctx, name)
	if err != nil {
		return Description{}, err
	}
	said, err := d.Describe(ctx)
	if err != nil {
		return Description{}, err
	}
	return Description{
		Name: said.GetName(), Version: said.GetVersion(), SDK: said.GetSdk(), Summary: said.GetSummary(), Services: said.GetServices(),
		Options: options("", said.GetConfig()),
	}, nil
}

func options(prefix string, b *pluginv1.Block) (all []Option) {
	for _, a := range b.GetAttributes() {
		all = append(all, Option{Name: prefix + a.GetName(), Type: typeName(a.GetType()), Required: a.GetRequired(), Default: string(a.GetDefaultJson()),
			Sensitive: a.GetSensitive(), OneOf: a.GetOneOf(), Doc: a.GetDoc()})
	}
	for _, n := range b.GetBlocks() {
		all = append(all, options(prefix+n.GetName()+".", n.GetBlock())...)
	}
	return all
}

func typeName(t *pluginv1.Type) string {
	switch t.GetBase() {
	case pluginv1.Type_BASE_STRING:
		return "string"
	case pluginv1.Type_BASE_BOOL:
		return "bool"
	case pluginv1.Type_BASE_INT:
		return "int"
	case pluginv1.Type_BASE_FLOAT:
		return "float"
	case pluginv1.Type_BASE_DURATION:
		return "duration"
	case pluginv1.Type_BASE_LIST:
		return "list of " + typeName(t.GetElement())
	case pluginv1.Type_BASE_MAP:
		return "map of " + typeName(t.GetElement())
	}
	return t.GetBase().String()
}

func openCatalog(o Options, file *config.File) (*catalog.Catalog, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, fault.By(fault.Host, fault.Internal.New("the host's own executable: %w", err))
	}
	options := catalog.Options{Dirs: catalog.Dirs(executable, file.DriverDir), Log: o.Log.Named("driver")}
	// Without a cache folder a driver is asked once a process: slower, and nothing worse.
	if cache, err := os.UserCacheDir(); err == nil {
		options.CacheDir = filepath.Join(cache, "oceanid", "drivers")
	}
	for _, d := range file.Drivers {
		env := make(map[string]string, len(d.Env))
		for k, v := range d.Env {
			env[k] = v.Reveal()
		}
		options.Blocks = append(options.Blocks, catalog.Block{Name: d.Type, Path: d.Path, Checksum: d.Checksum, Version: d.Version, Env: env})
	}
	for _, p := range o.Drivers {
		if err := p.Err(); err != nil {
			return nil, fault.Invalid.New("%w", err)
		}
		log := slog.New(slogOver{o.Log.Named("driver").Named(p.Name())})
		options.Builtins = append(options.Builtins, catalog.Builtin{Name: p.Name(), Server: func() (*grpc.Server, error) { return p.InProcess(log) }})
	}
	return catalog.Open(options), nil
}
