package lab

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Build makes the root of each release unless it is there: about a minute, and
// half a gigabyte, each. It installs debootstrap on this machine when that is
// missing. Builds at the same time, of several processes too, are one build:
// the others wait. A root appears under its name only when complete. Progress,
// a line a step, goes to progress, which may be nil.
func Build(ctx context.Context, progress io.Writer) error {
	if progress == nil {
		progress = io.Discard
	}
	if err := missingPlatform(); err != nil {
		return err
	}
	for _, release := range releases() {
		if err := build(ctx, release, progress); err != nil {
			return err
		}
	}
	return nil
}

// build makes one root.
func build(ctx context.Context, release Debian, progress io.Writer) error {
	root := RootDir(release)
	// Not under the lock: labs that run on the root hold it.
	if rootBuilt(release) {
		fmt.Fprintf(progress, "lab: root of %s is there: %s\n", release, root)
		return nil
	}
	if err := os.MkdirAll(CacheDir(), 0o755); err != nil {
		return fmt.Errorf("cannot make the lab's cache: %w", err)
	}
	lock, err := tryLockFile(lockPath(root), exclusive)
	if errors.Is(err, errLocked) {
		fmt.Fprintln(progress, "lab: waiting for another build to end")
		lock, err = waitLock(ctx, tryLockFile, lockPath(root), exclusive)
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	if rootBuilt(release) { // by the one that held the lock
		return nil
	}

	began := time.Now()
	dir := root + ".building"
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("cannot remove what an interrupted build left: %w", err)
	}
	if err := bake(ctx, release, dir, lock, progress); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	if err := os.Rename(dir, root); err != nil {
		return fmt.Errorf("cannot put the finished root in place: %w", err)
	}
	fmt.Fprintf(progress, "lab: root of %s made in %s: %s\n", release, time.Since(began).Round(time.Second), root)
	return nil
}

// bake runs the script in namespaces of its own. The script inherits the lock,
// so that a bake which outlives a killed owner still keeps others out.
func bake(ctx context.Context, release Debian, dir string, lock *os.File, progress io.Writer) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the root's directory: %w", err)
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", bakeScript)
	cmd.Env = recipeOf(release).environment(dir)
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Setpgid:    true,
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("cannot read the bake's output: %w", err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start the bake in its own namespaces: %w", err)
	}
	last := relayProgress(out, progress)
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		// Not %w: an exit status is that of a command that somebody ran in a lab.
		return fmt.Errorf("cannot make the lab's root in %s: %v\n%s\n%s", filepath.Dir(dir), err, last, tail(stderr.Bytes(), 10))
	}
	return nil
}

// relayProgress passes the script's "== " lines on, and returns the last lines
// of all, which tell why it failed.
func relayProgress(out io.Reader, progress io.Writer) string {
	var all bytes.Buffer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if step, ok := strings.CutPrefix(lines.Text(), "== "); ok {
			fmt.Fprintln(progress, "lab:", step)
		}
		all.WriteString(lines.Text() + "\n")
	}
	// A line too long for the scanner must not stop the script at a full pipe.
	_, _ = io.Copy(io.Discard, out)
	return tail(all.Bytes(), 15)
}

// Clean removes all that labs keep on this machine: baked roots, also of other
// versions, and what killed owners left. A root in use stays, and is named in
// the error.
func Clean(ctx context.Context) error {
	if err := reapRunDirs(ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(CacheDir())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the lab's cache: %w", err)
	}
	var problems []error
	for _, entry := range entries {
		if entry.IsDir() {
			problems = append(problems, removeRoot(filepath.Join(CacheDir(), entry.Name())))
		}
	}
	return errors.Join(problems...)
}

func removeRoot(dir string) error {
	dir = strings.TrimSuffix(dir, ".building")
	lock, err := tryLockFile(lockPath(dir), exclusive)
	if errors.Is(err, errLocked) {
		return fmt.Errorf("%s is in use by a running lab or build: stop it first", dir)
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	for _, path := range []string{dir, dir + ".building"} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("cannot remove a root: %w", err)
		}
	}
	return nil
}

// lockPath is the file that builds and removals of the root at dir lock alone,
// and labs that run on it together. It is never removed: a lock on a removed
// file would keep nobody out.
func lockPath(dir string) string { return dir + ".lock" }
