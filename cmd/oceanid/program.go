package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
)

// program is a driver's executable, which need not be one that a host would find.
type program struct {
	path string
	said *pluginv1.DescribeResponse
	// env is what a driver block of the configuration adds to its environment.
	env map[string]sdk.Secret
}

// isPath tells whether a word is a driver's executable rather than its name: as in a shell, by a slash.
func isPath(word string) bool { return strings.ContainsRune(word, filepath.Separator) }

// program asks a driver, by its name or by the path of its executable, what it is.
func (a *app) program(cmd *cobra.Command, word string) (program, error) {
	path, err := a.executable(cmd, word)
	if err != nil {
		return program{}, err
	}
	p := program{path: path}
	err = p.talk(cmd.Context(), a.log(), func(ctx context.Context, conn grpc.ClientConnInterface) error {
		p.said, err = pluginv1.NewPluginClient(conn).Describe(ctx, &pluginv1.DescribeRequest{})
		return wire.Fault(err)
	})
	return p, err
}

func (a *app) executable(cmd *cobra.Command, word string) (path string, err error) {
	if isPath(word) {
		return filepath.Abs(word)
	}
	err = a.withInspector(cmd, "", func(ctx context.Context, i *host.Inspector) error {
		for _, d := range i.Drivers() {
			if d.Name == word && d.Path != "" {
				path = d.Path
				return nil
			}
		}
		if !missing(word) {
			return fault.NotFound.New("no driver %q was found; if you mean the file here, write .%c%s", word, filepath.Separator, word)
		}
		// Its error says which there are.
		_, err := i.DescribeDriver(ctx, word)
		if err == nil {
			err = fault.Unsupported.New("driver %q is part of this program and has no executable", word)
		}
		return err
	})
	return path, err
}

// talk starts the driver, has do speak to it, and stops it.
func (p *program) talk(ctx context.Context, log hclog.Logger, do func(context.Context, grpc.ClientConnInterface) error) error {
	name := strings.TrimPrefix(filepath.Base(p.path), "oceanid-")
	process, err := launch.Start(ctx, launch.Spec{Name: name, Path: p.path, Env: revealed(p.env), Log: log.Named(name)})
	if err != nil {
		return err
	}
	err = do(ctx, process.Conn())
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	return errors.Join(err, process.Stop(end))
}

func revealed(env map[string]sdk.Secret) map[string]string {
	all := make(map[string]string, len(env))
	for k, v := range env {
		all[k] = v.Reveal()
	}
	return all
}

// household makes a folder with a configuration in which the program is a driver, and an empty store. Whoever asked for it removes it.
func (p *program) household() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "oceanid-run-"); err != nil {
		return "", err
	}
	// In HCL's JSON syntax a text may hold expressions.
	literal := strings.NewReplacer("${", "$${", "%{", "%%{").Replace
	env := map[string]string{}
	for k, v := range p.env {
		env[k] = literal(v.Reveal())
	}
	content, err := json.Marshal(map[string]any{
		"store":  map[string]string{"path": "data"},
		"driver": map[string]any{p.said.GetName(): map[string]any{"path": literal(p.path), "env": env}},
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config.hcl.json"), content, 0o600)
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// log is what the command shows of the logs of drivers that it starts itself.
func (a *app) log() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Name: "oceanid", Level: hclog.Level(a.level), Output: a.safe(a.err)})
}
