package soak_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ledger builds the driver of the soak's own, without the race detector, with which a process takes longer to start than all else together.
func ledger(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "ledger")
	cmd := exec.Command("go", "build", "-o", binary, "./ledger")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the ledger's driver: %v\n%s", err, text)
	}
	return binary
}

// release puts a version of the ledger's driver in the place of the one before, the way a package manager does.
func release(t *testing.T, dir, binary, version string) {
	t.Helper()
	// A process that is started meanwhile would hold the file open for writing, and so let nobody execute it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	script := fmt.Sprintf("#!/bin/sh\nOCEANID_SOAK_LEDGER=%s exec %s\n", version, binary)
	beside := filepath.Join(dir, "new")
	if err := errors.Join(os.WriteFile(beside, []byte(script), 0o755), os.Rename(beside, filepath.Join(dir, "oceanid-ledger"))); err != nil {
		t.Fatal(err)
	}
}

// opened is a catalog with the ledger's driver, and one scheduler of that.
type opened struct {
	catalog *catalog.Catalog
	options catalog.Options
	driver  *catalog.Driver
	pool    *call.Scheduler
}

func open(t *testing.T, drivers, pool string, restart catalog.Restart) *opened {
	t.Helper()
	o := catalog.Options{Dirs: []string{drivers}, StartTimeout: time.Minute, Blocks: []catalog.Block{{Name: "ledger", Restart: restart}}}
	c := catalog.Open(o)
	d, err := c.Driver(t.Context(), "ledger")
	if err != nil {
		t.Fatal(err)
	}
	return &opened{c, o, d, call.New(call.Options{
		Name: "pool", Process: d, Services: []string{call.Events}, Bulkhead: call.NewBulkhead("ledger", call.Limits{}, nil),
		Instance: func(context.Context) (call.Instance, error) {
			return call.Instance{ID: "pool", Revision: "1", Dir: pool, Config: func(context.Context) ([]byte, error) { return []byte("{}"), nil }}, nil
		},
	})}
}

// job submits one and asks for it.
func (o *opened) job(ctx context.Context, token string) error {
	id, err := o.pool.Submit(ctx, scheduler.Job{Token: token, Command: "true"})
	if err != nil {
		return err
	}
	if id != scheduler.ID("at-"+token) {
		return fmt.Errorf("job %s is %q", token, id)
	}
	n := 0
	err = o.pool.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{{ID: id, Token: token, Tasks: 1}}}, func(scheduler.Status) error { n++; return nil })
	if err == nil && n != 1 {
		return fmt.Errorf("job %s has %d statuses", token, n)
	}
	return err
}

// follow hears the pool's events until ctx is done, always from where it was, and hands on their tokens. What ends a stream is told to ended.
func (o *opened) follow(ctx context.Context, heard func(token string), ended func(error)) {
	var cursor scheduler.Cursor
	for ctx.Err() == nil {
		err := o.pool.Watch(ctx, cursor, func(e scheduler.Event) error {
			if e.Reset != "" {
				return fmt.Errorf("it was reset: %s", e.Reset)
			}
			heard(e.Status.Token)
			cursor = e.Cursor
			return nil
		})
		if ctx.Err() == nil {
			ended(err)
		}
	}
}

// submitted reads the log of the pool.
func submitted(t *testing.T, pool string) (tokens []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(pool, "events"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		tokens = append(tokens, string(bytes.TrimSpace(line)))
	}
	return tokens
}
