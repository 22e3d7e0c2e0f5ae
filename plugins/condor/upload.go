package main

import (
	"context"
	"io"
	"io/fs"
	"path"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Upload puts the input into the job's folder, once for all its tasks; HTCondor carries it to each. It appears whole or not at all, so that an upload
// that comes again, even while tasks run, does no harm.
func (d *driver) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	p, err := d.at(ctx)
	if err != nil {
		return err
	}
	mode := fs.FileMode(in.Mode) & fs.ModePerm
	if mode == 0 {
		mode = 0o644
	}
	job := p.job(token)
	err = d.point.Put(ctx, path.Join(job, description.WorkDir, in.Name), path.Join(job, "parts"), mode, r)
	return d.fileFault(err, "input "+in.Name)
}

// fileFault gives an error about a file at the access point its kind. SFTP has no word for a full disk.
func (d *driver) fileFault(err error, what string) error {
	if err == nil || fault.Of(err) != fault.Internal {
		return err
	}
	return fault.Unavailable.New("%s: %s: %w (is the disk full, or a quota reached?)", d.point, what, err)
}
