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

// tryLockFile locks the file at path, made when missing, and returns the open
// file that holds the lock until it is closed or its process ends. errLocked
// means that somebody else has it.
func tryLockFile(path string, kind lockKind) (*os.File, error) {
	return tryLock(path, kind, os.O_CREATE)
}

// tryLockDir is tryLockFile for a directory, which must exist.
func tryLockDir(path string, kind lockKind) (*os.File, error) {
	return tryLock(path, kind, unix.O_DIRECTORY)
}

func tryLock(path string, kind lockKind, openFlags int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0o600)
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

// waitLock calls one of the two until the lock is free, or ctx ends.
func waitLock(ctx context.Context, try func(string, lockKind) (*os.File, error), path string, kind lockKind) (*os.File, error) {
	var f *os.File
	var failure error
	err := poll(ctx, func() error {
		f, failure = try(path, kind)
		if errors.Is(failure, errLocked) {
			return failure
		}
		return nil // waiting cures nothing else
	})
	if err != nil {
		return nil, err
	}
	return f, failure
}
