package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// trial is a program with the configuration of one scheduler, which it has accepted.
type trial struct {
	program
	// name is the scheduler's, config its whole configuration, secrets included.
	name   string
	config json.RawMessage
}

// trial reads the scheduler's block for a driver as a host would, with the driver's schema and its own objections, and points at the same places. Without
// --config and without a config.hcl the driver gets no options.
func (a *app) trial(cmd *cobra.Command, word, scheduler string) (trial, error) {
	p, err := a.program(cmd, word)
	if err != nil {
		return trial{}, err
	}
	path := a.configPath()
	if path == "" && missing(configName) {
		return a.unconfigured(cmd.Context(), p, scheduler, "")
	}
	if path == "" {
		path = configName
	}
	file, err := config.Load(path)
	if err != nil {
		return trial{}, err
	}
	for _, d := range file.Drivers {
		if d.Type == p.said.GetName() {
			p.env = d.Env
		}
	}
	block, err := chosen(file, p.said.GetName(), scheduler)
	if err != nil {
		return trial{}, err
	}
	if block == nil {
		return a.unconfigured(cmd.Context(), p, scheduler, path)
	}
	values, err := file.Decode(block, p.said.GetConfig())
	if err != nil {
		return trial{}, err
	}
	return a.accepted(cmd.Context(), trial{program: p, name: block.Name}, values, func(said []*pluginv1.Diagnostic) error {
		_, err := file.Locate(block, p.said.GetConfig(), said)
		return err
	})
}

// chosen is the block to try the driver with; nil: there is none of its type.
func chosen(file *config.File, typ, name string) (*config.Block, error) {
	var of []*config.Block
	var names []string
	for _, b := range file.Schedulers {
		if name != "" && b.Name == name && b.Type != typ {
			return nil, file.Invalid(b, "", fmt.Sprintf("this scheduler is of type %q, and the driver is for %q", b.Type, typ), "choose another with --scheduler")
		}
		if b.Type == typ && (name == "" || b.Name == name) {
			of = append(of, b)
			names = append(names, fmt.Sprintf("%q", b.Name))
		}
	}
	switch {
	case len(of) == 1:
		return of[0], nil
	case len(of) > 1:
		return nil, fault.Invalid.New("%s has several schedulers of type %q: choose one of %s with --scheduler", file.Path, typ, strings.Join(names, ", "))
	case name != "":
		return nil, fault.NotFound.New("%s has no scheduler %q", file.Path, name)
	}
	return nil, nil
}

// unconfigured is a trial with nothing but defaults, if the driver can do with them.
func (a *app) unconfigured(ctx context.Context, p program, name, path string) (trial, error) {
	typ := p.said.GetName()
	if name == "" {
		name = "try"
	}
	if path != "" {
		a.note("%s has no scheduler of type %q: it gets defaults", path, typ)
	}
	values, err := config.FromMap(fmt.Sprintf("scheduler %q", name), p.said.GetConfig(), nil)
	if err != nil {
		return trial{}, errors.Join(err, fault.Invalid.New(`give it a configuration: --config FILE, in which stands  scheduler %q "NAME" { … }`, typ))
	}
	return a.accepted(ctx, trial{program: p, name: name}, values, func(said []*pluginv1.Diagnostic) error {
		_, err := config.Explain(fmt.Sprintf("scheduler %q", name), values.Secret, said)
		return err
	})
}

// accepted asks the driver about a configuration; explain makes an error of its objections.
func (a *app) accepted(ctx context.Context, t trial, values config.Values, explain func([]*pluginv1.Diagnostic) error) (trial, error) {
	var err error
	if t.config, err = config.Merge(values.Public, values.Secret); err != nil {
		return t, err
	}
	return t, t.talk(ctx, a.log(), func(ctx context.Context, conn grpc.ClientConnInterface) error {
		answer, err := pluginv1.NewPluginClient(conn).Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: t.config})
		if err != nil {
			return wire.Fault(err)
		}
		return explain(answer.GetDiagnostics())
	})
}
