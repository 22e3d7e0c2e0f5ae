package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const manyCalls = 1000

// linger is a call that takes its time: it leaves a mark in the file when it has begun.
func linger(file string) error {
	if !filepath.IsAbs(file) {
		return nil
	}
	marks, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if _, err := marks.WriteString("."); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return marks.Close()
}

// drainRow ends a driver while calls are under way in it, and counts those that fail.
func drainRow(context.Context) (ours, peer sample, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	ours = func(ctx context.Context) (float64, error) {
		c := catalog.Open(catalog.Options{Blocks: []catalog.Block{{Name: "bench", Path: link}}})
		d, err := c.Driver(ctx, "bench")
		if err != nil {
			return 0, err
		}
		s := scheduled(d, call.Limits{Calls: manyCalls, SchedulerCalls: manyCalls})
		return lost(ctx, dir, func(file string) error {
			return s.Cancel(ctx, []scheduler.Ref{{ID: scheduler.ID(file), Token: "t"}})
		}, func() error { return c.Close(ctx) })
	}
	peer = func(ctx context.Context) (float64, error) {
		client, conn, err := startBare(link)
		if err != nil {
			return 0, err
		}
		return lost(ctx, dir, func(file string) error {
			_, err := pluginv1.NewPluginClient(conn).Forget(ctx, &pluginv1.ForgetRequest{Instance: &pluginv1.Instance{Id: file}})
			return err
		}, func() error { client.Kill(); return nil })
	}
	return ours, peer, func() { os.RemoveAll(dir) }, nil
}

// lost makes many calls at once, ends the driver when all are under way in it, and counts those that did not come through.
func lost(ctx context.Context, dir string, call func(file string) error, end func() error) (float64, error) {
	file := filepath.Join(dir, "marks")
	if err := os.RemoveAll(file); err != nil {
		return 0, err
	}
	var failed atomic.Int64
	var all sync.WaitGroup
	for range manyCalls {
		all.Go(func() {
			if call(file) != nil {
				failed.Add(1)
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if info, err := os.Stat(file); err == nil && info.Size() == manyCalls {
			break
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return 0, fmt.Errorf("the calls are not under way, %d have failed", failed.Load())
		}
	}
	err := end()
	all.Wait()
	return float64(failed.Load()), err
}
