package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"
)

// errStopped is what commands in a lab that is gone fail with.
var errStopped = errors.New("the lab is not running")

// waitDelay bounds the wait for the output of what a finished command left running.
const waitDelay = 2 * time.Second

// Run runs a command in the lab, as [Lab.Command] does, and returns what it
// wrote to standard output. The error of a command that failed names the
// program, not its arguments, and ends with what it wrote to standard error.
func (l *Lab) Run(ctx context.Context, user string, argv ...string) ([]byte, error) {
	return l.run(ctx, nil, user, argv...)
}

func (l *Lab) run(ctx context.Context, stdin io.Reader, user string, argv ...string) ([]byte, error) {
	cmd := l.Command(ctx, user, argv...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return stdout.Bytes(), fmt.Errorf("in the lab, %s: %w: %s", argv[0], err, tail(stderr.Bytes(), 10))
	}
	return stdout.Bytes(), nil
}

// CopyIn copies a file of this machine into the lab: to the path dst there,
// which may be relative to the user's home. The file belongs to the user, has
// the mode of src, and is written with the user's rights.
// Directories that dst lacks are made. A file that runs is replaced, not
// overwritten.
func (l *Lab) CopyIn(ctx context.Context, user, src, dst string) error {
	f, err := os.Open(src)
	if err != nil {
		return fmt.Errorf("cannot copy into the lab: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cannot copy into the lab: %w", err)
	}
	const script = `mkdir -p -- "$1" && umask 077 && cat >"$2.part" && chmod "$3" "$2.part" && mv -f "$2.part" "$2"`
	mode := fmt.Sprintf("%o", info.Mode().Perm())
	_, err = l.run(ctx, f, user, "/bin/sh", "-c", script, "sh", path.Dir(dst), dst, mode)
	return err
}
