package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// How often a followed stream is looked at, and how often Slurm is asked whether its task has ended without saying so.
const (
	lookForOutput = 250 * time.Millisecond
	lookForEnd    = 5 * time.Second
)

// Logs copies the file that the task writes.
func (d *driver) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	name := "out"
	switch o.Stream {
	case scheduler.Stdout, "":
	case scheduler.Stderr:
		name = "err"
	default:
		return fault.Invalid.New("stream %q: it is stdout or stderr", o.Stream)
	}
	p, task, err := d.partOf(ctx, ref, o.Task)
	if err != nil {
		return err
	}
	stream := &stream{driver: d, name: path.Join(p.folder.task(task), name), offset: o.Offset}
	if !o.Follow {
		return stream.copy(ctx, w)
	}
	ticks := time.NewTicker(lookForOutput)
	defer ticks.Stop()
	var asked time.Time
	for {
		// Whether it has ended must be known before its output is read: that is then known to be all.
		ended, err := d.exists(ctx, p.folder.done(task))
		if err == nil && !ended && time.Since(asked) >= lookForEnd {
			ended, err = d.hasEnded(ctx, ref, o.Task)
			asked = time.Now()
		}
		if err != nil {
			return err
		}
		if err := stream.copy(ctx, w); err != nil || ended {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks.C:
		}
	}
}

func (d *driver) hasEnded(ctx context.Context, ref scheduler.Ref, task int) (ended bool, err error) {
	err = d.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		if task >= s.Task && task < s.Task+s.Count {
			ended = s.State.Terminal()
		}
		return nil
	})
	return ended, err
}

// stream is a file that grows, from an offset on.
type stream struct {
	driver *driver
	name   string
	offset int64
	size   int64
}

// copy writes what has come since.
func (s *stream) copy(ctx context.Context, w io.Writer) error {
	for {
		chunk, err := with(ctx, s.driver.machine, s.read)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has not begun
		}
		if err != nil || len(chunk) == 0 {
			return err
		}
		s.offset += int64(len(chunk))
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
}

const chunk = 256 << 10

func (s *stream) read(f files) ([]byte, error) {
	file, err := f.Open(s.name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < s.size {
		s.offset = 0 // Slurm runs the task again, and its output begins anew
	}
	s.size = info.Size()
	if s.size <= s.offset {
		return nil, nil
	}
	bytes := make([]byte, min(chunk, s.size-s.offset))
	n, err := file.ReadAt(bytes, s.offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return bytes[:n], err
}
