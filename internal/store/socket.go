package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

func dialSocket(ctx context.Context, folder string) (net.Conn, error) {
	path := filepath.Join(folder, "socket")
	if target, err := os.Readlink(path); err == nil {
		path = target
	}
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// listenSocket makes the socket, in a private folder of its own when the path of this one is too long for a socket's address.
func listenSocket(folder string) (l net.Listener, private string, err error) {
	const longest = 100
	path := filepath.Join(folder, "socket")
	if err := removeSocket(folder, ""); err != nil {
		return nil, "", err
	}
	if len(path) > longest {
		if private, err = os.MkdirTemp("", "oceanid-"); err != nil {
			return nil, "", err
		}
		short := filepath.Join(private, "socket")
		if err := os.Symlink(short, path); err != nil {
			return nil, "", errors.Join(err, os.Remove(private))
		}
		path = short
	}
	if l, err = net.Listen("unix", path); err != nil {
		return nil, "", err
	}
	// The folder is private from before: nobody could come in meanwhile.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, "", errors.Join(err, l.Close())
	}
	return l, private, nil
}

// removeSocket takes away what a process has left, be it this one.
func removeSocket(folder, private string) error {
	path := filepath.Join(folder, "socket")
	if target, err := os.Readlink(path); err == nil {
		os.Remove(target)
		os.Remove(filepath.Dir(target))
	}
	if private != "" {
		os.Remove(private)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the socket of the process before: %w", err)
	}
	return nil
}
