package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// runRoot holds one directory for each running lab: what the owner needs on
// its side (test keys, known_hosts), and the mount point that boot.sh uses.
const runRoot = "/run/oceanid-lab"

// runDir is one such directory. Its owner holds a lock on it; one that nobody
// holds belonged to an owner that was killed.
type runDir struct {
	path string
	lock *os.File
}

func newRunDir(ctx context.Context) (*runDir, error) {
	if err := os.MkdirAll(runRoot, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the lab's run directory: %w", err)
	}
	// Between making a directory and locking it, a reaper must not see it.
	gate, err := waitLock(ctx, tryLockDir, runRoot, exclusive)
	if err != nil {
		return nil, err
	}
	defer gate.Close()
	path, err := os.MkdirTemp(runRoot, "lab-")
	if err != nil {
		return nil, fmt.Errorf("cannot make the lab's run directory: %w", err)
	}
	lock, err := tryLockDir(path, exclusive)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	dir := &runDir{path: path, lock: lock}
	if err := os.Mkdir(dir.mountPoint(), 0o700); err != nil {
		return nil, errors.Join(err, dir.remove())
	}
	return dir, nil
}

func (d *runDir) mountPoint() string { return filepath.Join(d.path, "mnt") }

// write makes a file that only the owner may read, and returns its path.
func (d *runDir) write(name string, data []byte) (string, error) {
	path := filepath.Join(d.path, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("cannot write the lab's %s: %w", name, err)
	}
	return path, nil
}

func (d *runDir) remove() error {
	return errors.Join(os.RemoveAll(d.path), d.lock.Close())
}

// reapRunDirs removes the directories whose owners are gone.
func reapRunDirs(ctx context.Context) error {
	if _, err := os.Stat(runRoot); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	gate, err := waitLock(ctx, tryLockDir, runRoot, exclusive)
	if err != nil {
		return err
	}
	defer gate.Close()
	dirs, err := filepath.Glob(filepath.Join(runRoot, "lab-*"))
	if err != nil {
		return fmt.Errorf("cannot list %s: %w", runRoot, err)
	}
	var problems []error
	for _, path := range dirs {
		lock, err := tryLockDir(path, exclusive)
		if errors.Is(err, errLocked) || errors.Is(err, os.ErrNotExist) {
			continue // its owner runs, or has just removed it
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		problems = append(problems, (&runDir{path: path, lock: lock}).remove())
	}
	return errors.Join(problems...)
}
