package lab

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

type lockKind int

const (
	shared    lockKind = unix.LOCK_SH
	exclusive lockKind = unix.LOCK_EX
)

var errLocked = errors.New("locked by another process")

// tryLockFile locks path, a file made when missing or a directory, and returns
// the open file that holds the lock until it is closed or its process ends.
// errLocked means that somebody else has it.
func tryLockFile(path string, kind lockKind) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE, 0o600)
	if errors.Is(err, unix.EISDIR) {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open lock: %w", err)
	}
	err = unix.Flock(int(f.Fd()), int(kind)|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(errLocked, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// waitLockFile is tryLockFile with patience.
func waitLockFile(ctx context.Context, path string, kind lockKind) (*os.File, error) {
	var f *os.File
	err := poll(ctx, func() (err error) {
		f, err = tryLockFile(path, kind)
		return err
	})
	return f, err
}
