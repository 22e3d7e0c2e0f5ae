package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/oceanid/oceanid/sdk/fault"
)

// folder is where one scheduler's drivers and keeper meet. The package comment shows what is in it.
type folder struct {
	path string
	// id was made by chance when the folder was: a cursor of another folder's events, or a folder that is not mounted, is told by it.
	id string
}

// openFolder makes the folder or opens the one that is there. It refuses one that others may write to: what stands in it is run.
func openFolder(path string) (folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return folder{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return folder{}, err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Geteuid() {
		return folder{}, fault.Denied.New("%s belongs to user %d and not to %d, as whom the driver runs", path, owner.Uid, os.Geteuid())
	}
	if info.Mode().Perm()&0o022 != 0 {
		return folder{}, fault.Denied.New("others may write to %s (mode %#o): chmod go-w it", path, info.Mode().Perm())
	}
	f := folder{path: path}
	for _, sub := range []string{f.control(""), f.job(""), f.uploads(""), f.forgotten(""), f.events(), f.staging()} {
		if err := os.Mkdir(sub, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return folder{}, err
		}
	}
	if f.id, err = f.readID(); errors.Is(err, fs.ErrNotExist) {
		f.id, err = f.makeID()
	}
	return f, err
}

func (f folder) idPath() string { return filepath.Join(f.path, "id") }

func (f folder) readID() (string, error) {
	text, err := os.ReadFile(f.idPath())
	return string(text), err
}

// makeID gives the folder its id, or finds the one that another process was quicker to give it.
func (f folder) makeID() (string, error) {
	id := random()
	scratch := filepath.Join(f.staging(), "id~"+id)
	if err := writeDurably(scratch, []byte(id)); err != nil {
		return "", err
	}
	defer os.Remove(scratch)
	if err := os.Link(scratch, f.idPath()); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if err := syncFolder(f.path); err != nil {
		return "", err
	}
	return f.readID()
}

// check tells whether the folder is still the one that was opened: fs.ErrNotExist if it is not. Without it an unmounted disk would look like jobs that
// nobody knows.
func (f folder) check() error {
	id, err := f.readID()
	if err == nil && id != f.id {
		err = fmt.Errorf("another folder stands in its place: %w", fs.ErrNotExist)
	}
	if err != nil {
		return fault.By(fault.Host, fault.Unavailable.New("folder %s of the local scheduler: %w", f.path, err))
	}
	return nil
}

// control holds a file for each job that has not ended, one for each that shall be cancelled, and the settings: what the keeper is to do.
func (f folder) control(name string) string { return filepath.Join(f.path, "control", name) }

// job is a submitted job's folder.
func (f folder) job(token string) string { return filepath.Join(f.path, "jobs", token) }

func (f folder) inputs(token string) string  { return filepath.Join(f.job(token), "inputs") }
func (f folder) journal(token string) string { return filepath.Join(f.job(token), journalName) }

// journalName is the file in a job's folder that says what became of its tasks.
const journalName = "journal"

// task is a task's folder. There are at most a thousand in one folder.
func (f folder) task(token string, index int) string {
	return filepath.Join(f.job(token), "tasks", strconv.Itoa(index/1000), strconv.Itoa(index))
}

// uploads holds what was brought for a job that is not submitted yet.
func (f folder) uploads(token string) string { return filepath.Join(f.path, "uploads", token) }

// forgotten is the empty file that is left of a job that was removed, so that its token is never taken for a new one.
func (f folder) forgotten(token string) string { return filepath.Join(f.path, "forgotten", token) }

// staging holds what is being made before it is renamed to where it belongs, and what is being removed.
func (f folder) staging() string { return filepath.Join(f.path, "staging") }

func (f folder) events() string { return filepath.Join(f.path, "events") }
func (f folder) lock() string   { return filepath.Join(f.path, "keeper.lock") }
func (f folder) log() string    { return filepath.Join(f.path, "keeper.log") }

// scratch is a name in staging that nobody else uses.
func (f folder) scratch(token string) string {
	return filepath.Join(f.staging(), token+"~"+random())
}

func random() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// exists tells whether there is anything at path.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// writeDurably makes the file; it is on the disk when it returns, its name in its folder not yet.
func writeDurably(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}
