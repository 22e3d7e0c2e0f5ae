package store

import (
	"errors"
	"io/fs"
	"os"

	"github.com/oceanid/oceanid/sdk/fault"
)

// privateFolder makes sure that a folder is there which nobody else may enter. It shuts an empty one; one with something in it, which may
// be anybody's, it leaves alone and refuses.
func privateFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fault.By(fault.User, fault.Denied.New("folder %s can be entered by others (mode %04o): chmod 700 it", path, info.Mode().Perm()))
	}
	return os.Chmod(path, 0o700)
}

// writeSynced makes a new file with mode 0600 that is on the disk when it returns. Its name is not, until the folder is synced.
func writeSynced(path string, content []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
