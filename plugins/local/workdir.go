package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Names in a task's folder.
const (
	workName   = "work"
	stdoutName = "stdout"
	stderrName = "stderr"
)

// desk is what a task works on: its working directory, and its standard input, output and error.
type desk struct {
	work  string
	files [3]*os.File
}

// makeDesk makes the task's folder. The inputs are copied and not linked, for a task that runs as this user could write to a link and so
// change what another task reads. Where the file system can share blocks, the kernel does that.
func makeDesk(ctx context.Context, f folder, k *kept, task int) (desk, error) {
	dir := f.task(k.Job.Token, task)
	d := desk{work: filepath.Join(dir, workName)}
	if err := os.MkdirAll(d.work, 0o700); err != nil {
		return d, err
	}
	if err := copyInputs(ctx, f.inputs(k.Job.Token), d.work, k); err != nil {
		return d, err
	}
	stdin := os.DevNull
	if k.Job.Stdin != "" {
		stdin = filepath.Join(d.work, k.Job.Stdin)
	}
	var err error
	if d.files[0], err = os.Open(stdin); err != nil {
		return d, err
	}
	for i, name := range []string{stdoutName, stderrName} {
		if d.files[i+1], err = os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d desk) close() {
	for _, file := range d.files {
		if file != nil {
			file.Close()
		}
	}
}

func copyInputs(ctx context.Context, from, to string, k *kept) error {
	for _, in := range k.Job.Inputs {
		target := filepath.Join(to, in.Name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := copyFile(ctx, filepath.Join(from, in.Name), target, inputMode(in)); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies in pieces, so that it can be stopped.
func copyFile(ctx context.Context, from, to string, mode os.FileMode) error {
	const piece = 64 << 20
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = io.CopyN(out, in, piece)
		}
	}
	if errors.Is(err, io.EOF) {
		err = out.Chmod(mode)
	}
	return errors.Join(err, out.Close())
}

// removeInputs removes a task's copies of the inputs when it has ended, but for those that are outputs as well: a thousand tasks must not keep a
// thousand copies.
func removeInputs(work string, k *kept) {
	root, err := os.OpenRoot(work)
	if err != nil {
		return
	}
	defer root.Close()
	for _, in := range k.Job.Inputs {
		if !isOutput(in.Name, k.Job.Outputs) {
			root.Remove(in.Name)
		}
	}
}

// isOutput tells whether the path is among the outputs or below one.
func isOutput(path string, outputs []string) bool {
	for _, out := range outputs {
		if out == path || strings.HasPrefix(path, out+"/") {
			return true
		}
	}
	return false
}
