package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"
)

// file is one that a service needs in the lab before it starts. A name that
// ends in a slash is a directory.
type file struct {
	name  string
	owner string // "" means root
	mode  int64
	data  []byte
	// linkTo makes the file a symbolic link.
	linkTo string
}

// unpack writes files in the lab, all with one command: starting a command
// there costs more than a dozen files.
func (l *Lab) unpack(ctx context.Context, files ...file) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range files {
		owner := f.owner
		if owner == "" {
			owner = "root"
		}
		header := tar.Header{
			Name: strings.TrimPrefix(f.name, "/"), Mode: f.mode, Size: int64(len(f.data)),
			// The numbers are of no use: tar in the lab looks the names up there.
			Uname: owner, Gname: owner,
		}
		if f.linkTo != "" {
			header.Typeflag, header.Linkname = tar.TypeSymlink, f.linkTo
		}
		if err := w.WriteHeader(&header); err != nil {
			return fmt.Errorf("cannot pack %s for the lab: %w", f.name, err)
		}
		if _, err := w.Write(f.data); err != nil {
			return fmt.Errorf("cannot pack %s for the lab: %w", f.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("cannot pack files for the lab: %w", err)
	}
	_, err := l.run(ctx, &archive, "root", "tar", "-x", "--same-owner", "--same-permissions", "-C", "/")
	return err
}
