package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Upload writes the input out of sight and renames it to its place once it is whole and on the disk. What was uploaded before is
// never written to: a job that has it already keeps it as it was.
func (d *driver) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	scratch := d.folder.scratch(token)
	file, err := os.OpenFile(scratch, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(scratch)
	n, err := io.Copy(file, stopping{ctx, r})
	if err == nil && n != in.Size {
		err = fault.Invalid.New("input %q: %d bytes came, %d were announced", in.Name, n, in.Size)
	}
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	place := filepath.Join(d.folder.uploads(token), in.Name)
	if err = os.MkdirAll(filepath.Dir(place), 0o700); err == nil {
		err = os.Rename(scratch, place)
	}
	if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EEXIST) {
		return fault.Invalid.New("input %q: another input has that name as a folder, or one of its folders as a name", in.Name)
	}
	return err
}

// inputMode is the permission bits that a task finds on the input.
func inputMode(in scheduler.Input) os.FileMode {
	if in.Mode == 0 {
		return 0o644
	}
	return os.FileMode(in.Mode).Perm()
}

// stopping reads until ctx is done.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
