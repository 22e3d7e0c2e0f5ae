package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Description is what a driver says of itself.
type Description struct {
	// Name and Version are the driver's, SDK what it was made with, Summary a sentence about it.
	Name    string `json:"name"`
	Version string `json:"version"`
	SDK     string `json:"sdk"`
	Summary string `json:"summary,omitempty"`
	// AtLeastOnce says why a crash may run a job of its schedulers twice; "": it never does. See [Scheduler.Submit].
	AtLeastOnce string `json:"at_least_once,omitempty"`
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
		Name: said.GetName(), Version: said.GetVersion(), SDK: said.GetSdk(), Summary: said.GetSummary(), AtLeastOnce: said.GetAtLeastOnce(), Services: said.GetServices(),
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
