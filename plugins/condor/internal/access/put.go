package access

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"path"
)

// tree is what put needs of a file system.
type tree interface {
	create(path string) (writable, error)
	mkdirAll(path string) error
	rename(from, to string) error
	remove(path string) error
}

type writable interface {
	io.WriteCloser
	Chmod(fs.FileMode) error
}

// put tries first and makes folders when that fails: they are there nearly always, and over a network each look costs a round trip.
func put(ctx context.Context, t tree, file, scratch string, mode fs.FileMode, r io.Reader) error {
	part := path.Join(scratch, rand.Text())
	f, err := t.create(part)
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.mkdirAll(scratch); err == nil {
			f, err = t.create(part)
		}
	}
	if err != nil {
		return err
	}
	if err := fill(ctx, f, mode, r); err != nil {
		t.remove(part)
		return err
	}
	err = t.rename(part, file)
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.mkdirAll(path.Dir(file)); err == nil {
			err = t.rename(part, file)
		}
	}
	if err != nil {
		t.remove(part)
	}
	return err
}

func fill(ctx context.Context, f writable, mode fs.FileMode, r io.Reader) error {
	_, err := io.Copy(f, stopping{ctx, r})
	if err == nil {
		err = f.Chmod(mode.Perm())
	}
	return errors.Join(err, f.Close())
}

// stopping is a reader that ends with its context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(b []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.r.Read(b)
}
