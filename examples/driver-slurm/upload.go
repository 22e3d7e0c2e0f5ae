package main

import (
	"context"
	"io"
	"io/fs"
	"path"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Upload puts an input into the job's folder, once for all its tasks: each gets a copy of its own.
func (d *driver) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	f, err := d.folderOf(ctx, token)
	if err != nil {
		return err
	}
	for _, dir := range []string{f.parts(), path.Dir(f.input(in.Name))} {
		if err := d.makeFolder(ctx, dir); err != nil {
			return err
		}
	}
	// Kept readable and no more: the mode that the task sees is the job's to say.
	return d.write(ctx, f, f.input(in.Name), fs.FileMode(0o600), r)
}
