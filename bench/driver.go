package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// driverRows measure what a driver in a process of its own costs, beside the same program under go-plugin alone: no transport security, no
// checksum, no supervision.
func driverRows() []row {
	return []row{
		{name: "driver: start, call, stop", peer: "go-plugin alone", goal: 1.5, rounds: 20, start: startRow},
		{name: "driver: 100 calls", peer: "go-plugin alone", goal: 1.3, rounds: 50, start: callRow},
		{name: "driver: 10 000 events", peer: "as many messages under go-plugin alone", most: 0.060, rounds: 20, start: eventsRow},
		{name: "driver: lost of 1000 calls", peer: "go-plugin's Kill", unit: "calls", most: 0, rounds: 3, figures: drainRow},
	}
}

// This program is the driver, too: ours when a host of Oceanid starts it, go-plugin's own when this variable is set.
const bareEnv = "OCEANID_BENCH_BARE"

// served tells whether this process was a driver.
func served() bool {
	cookie := bareHandshake()
	switch {
	case os.Getenv(bareEnv) != "":
		plugin.Serve(&plugin.ServeConfig{HandshakeConfig: cookie, Plugins: bare(), GRPCServer: plugin.DefaultGRPCServer, Logger: hclog.NewNullLogger()})
		return true
	case os.Getenv("OCEANID_PLUGIN") != "":
		sdk.Main(sdk.Scheduler("bench", "1.0.0", func(context.Context, struct{}, sdk.Env) (idle, error) { return idle{}, nil }))
		return true
	}
	return false
}

// idle is a driver that does nothing, quickly.
type idle struct{}

func (idle) Submit(context.Context, scheduler.Job) (scheduler.ID, error)                { return "1", nil }
func (idle) Query(context.Context, scheduler.Query, func(scheduler.Status) error) error { return nil }

// Cancel returns at once, unless a job's identifier names a file: then it says there that it was called, and takes its time.
func (idle) Cancel(_ context.Context, jobs []scheduler.Ref) error {
	for _, j := range jobs {
		if err := linger(string(j.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Watch tells as many events as a row wants, and then nothing.
func (idle) Watch(ctx context.Context, _ scheduler.Cursor, yield func(scheduler.Event) error) error {
	for i := range manyEvents {
		if err := yield(event(i)); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func startRow(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	sums, err := known(ctx, link)
	if err != nil {
		return nil, nil, nil, err
	}
	ours = func(ctx context.Context) error {
		p, err := launch.Start(ctx, launch.Spec{Name: "bench", Path: link, Checksums: sums})
		if err != nil {
			return err
		}
		_, err = pluginv1.NewPluginClient(p.Conn()).Forget(ctx, &pluginv1.ForgetRequest{})
		return errors.Join(err, p.Stop(ctx))
	}
	peer = func(ctx context.Context) error {
		client, conn, err := startBare(link)
		if err != nil {
			return err
		}
		defer client.Kill()
		_, err = pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{})
		return err
	}
	return ours, peer, func() { os.RemoveAll(dir) }, nil
}

// known is a checksum that a host knows from an earlier start: it is trusted once nothing about the file, its links included, is brand new.
func known(ctx context.Context, path string) (*launch.Checksums, error) {
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	sums := &launch.Checksums{}
	_, err := sums.Of(path)
	return sums, err
}

func callRow(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	c := catalog.Open(catalog.Options{Blocks: []catalog.Block{{Name: "bench", Path: link}}})
	client, conn, err := startBare(link)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := c.Driver(ctx, "bench")
	if err != nil {
		return nil, nil, nil, err
	}
	s := scheduled(d, call.Limits{})
	hundred := func(f func() error) error {
		for range 100 {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}
	ours = func(ctx context.Context) error { return hundred(func() error { return s.Cancel(ctx, nil) }) }
	peer = func(ctx context.Context) error {
		return hundred(func() error {
			_, err := pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{})
			return err
		})
	}
	return ours, peer, func() { client.Kill(); c.Close(context.Background()); os.RemoveAll(dir) }, nil
}

// scheduled is the face that the host uses.
func scheduled(d *catalog.Driver, l call.Limits) *call.Scheduler {
	return call.New(call.Options{Name: "bench", Process: d, Services: []string{call.Events}, Bulkhead: call.NewBulkhead("bench", l, nil), Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "bench", Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte("{}"), nil }}, nil
	}})
}

// self gives this program under a driver's name.
func self() (dir, link string, err error) {
	executable, err := os.Executable()
	if err != nil {
		return "", "", err
	}
	if dir, err = os.MkdirTemp("", "oceanid-bench-"); err != nil {
		return "", "", err
	}
	link = filepath.Join(dir, "oceanid-bench")
	if err = os.Link(executable, link); err != nil {
		var program []byte
		if program, err = os.ReadFile(executable); err == nil {
			err = os.WriteFile(link, program, 0o700)
		}
	}
	return dir, link, err
}
