package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk"
)

// app is one run of the command: the world around it, and what its global flags say.
type app struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
	// drivers are served within this process, besides those that the host finds.
	drivers []sdk.Plugin

	config string
	format format
	level  logLevel
}

// closing bounds how long the end of a command may wait for drivers to drain.
const closing = 10 * time.Second

// run carries out one command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	// Whatever an interruption made fail on its way, it is the interruption that counts.
	sig, left, part := interrupted(ctx), (*leaving)(nil), (*halfway)(nil)
	if sig != nil && !errors.As(err, &left) && !errors.As(err, &part) {
		err = sig
	}
	a.complain(err)
	if flag := oneDash(root, args); flag != "" {
		a.note("-%[1]s has one dash and was read letter by letter; write --%[1]s", flag)
	}
	return codeOf(err)
}

// complain prints an error: mistakes in a configuration as they are, with their places and lines, and any other as a sentence.
func (a *app) complain(err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			a.complain(e)
		}
		return
	}
	for line := range strings.Lines(err.Error()) {
		if wrong := (*config.Error)(nil); errors.As(err, &wrong) {
			fmt.Fprintln(a.err, cleanLines(strings.TrimRight(line, "\n")))
		} else {
			a.note("%s", line)
		}
	}
}

// note tells a person something beside the result.
func (a *app) note(format string, args ...any) {
	fmt.Fprintln(a.err, "oceanid: "+clean(fmt.Sprintf(format, args...)))
}

// follows says whether a command follows jobs itself, or leaves that to others: it looks and goes.
type follows bool

const (
	following  follows = true
	lookAndGo  follows = false
	configName         = "config.hcl"
)

// options are those of the host; a relative default is left to it.
func (a *app) options(f follows) host.Options {
	return host.Options{
		Config:   a.configPath(),
		Drivers:  a.drivers,
		NoFollow: f == lookAndGo,
		Log:      hclog.New(&hclog.LoggerOptions{Name: "oceanid", Level: hclog.Level(a.level), Output: a.safe(a.err)}),
	}
}

// configPath is what --config or OCEANID_CONFIG say; "": nothing.
func (a *app) configPath() string {
	if a.config == "" {
		a.config, _ = a.env("OCEANID_CONFIG")
	}
	return a.config
}

// withHost opens the host, lets do work with it, and closes it, also when the command was interrupted.
func (a *app) withHost(cmd *cobra.Command, f follows, do func(context.Context, *host.Host) error) error {
	ctx := cmd.Context()
	if a.configPath() == "" && missing(configName) && missing("oceanid.data") {
		a.note("there is no %s here: a new store begins in %s; name another file with --config", configName, filepath.Join(".", "oceanid.data"))
	}
	h, err := host.Open(ctx, a.options(f))
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			a.note("not everything was closed in good order: %v", err)
		}
	}()
	return do(ctx, h)
}

// withInspector looks at drivers and configuration without a store.
func (a *app) withInspector(cmd *cobra.Command, path string, do func(context.Context, *host.Inspector) error) error {
	ctx, o := cmd.Context(), a.options(lookAndGo)
	if path != "" {
		o.Config = path
	}
	i, err := host.Inspect(o)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		if err := i.Close(ctx); err != nil {
			a.note("not every driver ended in good order: %v", err)
		}
	}()
	return do(ctx, i)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}
