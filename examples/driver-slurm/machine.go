package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pkg/sftp"

	"github.com/oceanid/oceanid/sdk/fault"
)

// machine is the computer where Slurm's commands work: the login node over SSH, or this one.
type machine interface {
	// run runs a command to its end, its arguments arriving as they stand, and returns what it wrote. The error of a command that failed is a
	// *commandError; all others are fault.Unavailable, fault.Denied, or ctx's.
	run(ctx context.Context, argv ...string) (string, error)
	// link connects. What the link carries ends with it.
	link(ctx context.Context) (*link, error)
	// Close ends the connection, and waits for all that was started on it.
	Close() error
}

// files are the machine's files, by SFTP on both kinds of machine.
type files = *sftp.Client

// commandError is a command that has run, and has failed.
type commandError struct {
	command string
	status  int
	stderr  string
}

func (e *commandError) Error() string {
	said := strings.TrimSpace(e.stderr)
	if said == "" {
		said = fmt.Sprintf("exit status %d", e.status)
	}
	return path.Base(e.command) + ": " + said
}

// with does something with the machine's files. It returns as soon as ctx is done, though a server that hangs may keep do waiting until the link ends.
func with[T any](ctx context.Context, m machine, do func(files) (T, error)) (T, error) {
	var none T
	l, err := m.link(ctx)
	if err != nil {
		return none, err
	}
	value, err := await(ctx, l, func() (T, error) { return do(l.files) })
	return value, fileFault(ctx, err)
}

// await is with, for anything that does not know of contexts.
func await[T any](ctx context.Context, l *link, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	started := l.start(func() {
		value, err := do()
		done <- result{value, err}
	})
	if !started {
		var none T
		return none, fault.Unavailable.New("the connection has just ended")
	}
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// fileFault gives an error about files its kind: SFTP has no words for a full disk, a quota or a lost connection.
func fileFault(ctx context.Context, err error) error {
	switch {
	case err == nil, ctx.Err() != nil, fault.Of(err) != fault.Internal:
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err
	}
	return fault.Unavailable.New("the work folder: %w (is its disk full, or a quota reached?)", err)
}
