package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// lookForOutput is how often a followed output is looked at.
const lookForOutput = 100 * time.Millisecond

// Logs copies the file that the task writes to. With Follow it looks for more ten times a second.
func (d *driver) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	k, token, err := d.find(ref)
	if err != nil {
		return err
	}
	name := stdoutName
	switch o.Stream {
	case scheduler.Stdout, "":
	case scheduler.Stderr:
		name = stderrName
	default:
		return fault.Invalid.New("log stream %q: it is stdout or stderr", o.Stream)
	}
	if o.Task < 0 || o.Task >= k.Job.Tasks() {
		return fault.NotFound.New("job %s has no task %d, only 0 to %d", token, o.Task, k.Job.Tasks()-1)
	}
	if o.Offset < 0 {
		return fault.Invalid.New("offset %d is negative", o.Offset)
	}
	log := output{path: filepath.Join(d.folder.task(token, o.Task), name), offset: o.Offset}
	defer log.close()
	states := history{path: d.folder.journal(token), known: k.start()}
	defer states.close()
	tick := time.NewTicker(lookForOutput)
	defer tick.Stop()
	for {
		// Whether it has ended must be known before its output is read: that is then known to be all.
		ended := !o.Follow
		if o.Follow {
			if err := states.refresh(); err != nil {
				return err
			}
			ended = states.known.at(o.Task).State.Terminal()
			if err := d.revive(ctx); err != nil {
				return err
			}
		}
		if err := log.copy(ctx, w); err != nil || ended {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// output is a task's output, from an offset on.
type output struct {
	path   string
	offset int64
	file   *os.File
}

// copy writes what has come since.
func (l *output) copy(ctx context.Context, w io.Writer) (err error) {
	if l.file == nil {
		l.file, err = os.Open(l.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := l.file.Seek(l.offset, io.SeekStart); err != nil {
			return err
		}
	}
	_, err = io.Copy(w, stopping{ctx, l.file})
	return err
}

func (l *output) close() {
	if l.file != nil {
		l.file.Close()
	}
}
