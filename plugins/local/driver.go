package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var (
	_ scheduler.Driver      = (*driver)(nil)
	_ scheduler.Holder      = (*driver)(nil)
	_ scheduler.Suspender   = (*driver)(nil)
	_ scheduler.Remover     = (*driver)(nil)
	_ scheduler.Finder      = (*driver)(nil)
	_ scheduler.Watcher     = (*driver)(nil)
	_ scheduler.LogStreamer = (*driver)(nil)
	_ scheduler.Uploader    = (*driver)(nil)
	_ scheduler.Downloader  = (*driver)(nil)
	_ scheduler.Prober      = (*driver)(nil)
)

// driver is the host's side of a local scheduler: it writes what is wanted into the folder, reads there what became of it, and starts the keeper,
// which does the rest. It holds nothing between calls, so that any number of drivers may have the folder open.
type driver struct {
	folder   folder
	settings settings
	log      *slog.Logger

	// starting holds a token for the one call at a time that may start a keeper.
	starting chan struct{}
}

// newDriver opens the folder with these settings, and starts a keeper if there is work left in it.
func newDriver(ctx context.Context, path string, s settings, log *slog.Logger) (*driver, error) {
	// The keeper has another working directory.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	if err := s.write(f); err != nil {
		return nil, err
	}
	d := &driver{folder: f, settings: s, log: log, starting: make(chan struct{}, 1)}
	if err := d.revive(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// tokenOf is the token by which the folder knows the job; false: it can know no such job. The identifier is the token, but the host may not know it.
func tokenOf(ref scheduler.Ref) (string, bool) {
	token := string(ref.ID)
	if token == "" {
		token = ref.Token
	}
	return token, scheduler.ValidToken(token)
}

// find is the job that ref names, and its token.
func (d *driver) find(ref scheduler.Ref) (*kept, string, error) {
	token, ok := tokenOf(ref)
	if !ok {
		return nil, "", fault.NotFound.New("job %q: no such job here", cmp.Or(string(ref.ID), ref.Token))
	}
	k, err := readKept(d.folder.job(token))
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.folder.check(); err != nil {
			return nil, "", err
		}
		return nil, "", fault.NotFound.New("job %s: no such job here, or it ended so long ago that it was removed", token)
	}
	return k, token, err
}
