package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// lookForOutput is how often a followed output is looked at.
const lookForOutput = 250 * time.Millisecond

// Logs copies the file on the access point that HTCondor writes when the task has ended. While it runs, another one grows instead, and begins anew
// when HTCondor runs the task again; but not of jobs of many tasks (description.Streams). Files are read over the one session for files, so any number of
// viewers does not use up those that scripts need.
func (d *driver) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	suffix := ".out"
	switch o.Stream {
	case scheduler.Stdout, "":
	case scheduler.Stderr:
		suffix = ".err"
	default:
		return fault.Invalid.New("log stream %q: it is stdout or stderr", o.Stream)
	}
	if o.Offset < 0 {
		return fault.Invalid.New("offset %d is negative", o.Offset)
	}
	p, err := d.at(ctx)
	if err != nil {
		return err
	}
	task := o.Task
	whole, ref, own, err := d.nodeOf(ctx, ref, task)
	if err != nil {
		return err
	}
	o.Task = own
	kept, err := d.facts(ctx, p, ref)
	if err != nil {
		return err
	}
	if err := kept.hasTask(ref.Token, o.Task); err != nil {
		return err
	}
	log := output{point: d.point, path: path.Join(p.job(ref.Token), description.LogDir, fmt.Sprint(o.Task, suffix)), offset: o.Offset}
	defer log.close()
	if !o.Follow {
		return log.copy(ctx, w)
	}
	if !isWorkflow(whole.ID) {
		whole.Tasks = kept.Tasks
	}
	end, err := d.endOf(ctx, p, whole, task)
	if err != nil {
		return err
	}
	defer end.close()
	tick := time.NewTicker(lookForOutput)
	defer tick.Stop()
	for {
		// Whether it has ended must be known before its output is read: that is then known to be all.
		ended, err := end.reached(ctx)
		if err != nil {
			return err
		}
		if ended {
			log.close()
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

// output is a file that grows, from an offset on. When the task has ended close it, and go on with the whole one.
type output struct {
	point  access.Point
	path   string
	offset int64
	size   int64
	time   time.Time
	file   access.File
	// last is the end of what was copied, up to offset: where it stands there no more, the task has run anew.
	last []byte
}

// mostLast is how much of it is kept.
const mostLast = 4 << 10

// copy writes what has come since.
func (l *output) copy(ctx context.Context, w io.Writer) (err error) {
	if l.file == nil {
		l.file, err = l.point.Open(ctx, l.path)
		if errors.Is(err, fs.ErrNotExist) {
			l.file, err = l.point.Open(ctx, l.path+description.LiveSuffix)
		}
		if errors.Is(err, fs.ErrNotExist) {
			l.file = nil
			return nil
		}
		if err != nil {
			return err
		}
	}
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == l.size && info.ModTime().Equal(l.time) && l.offset >= l.size {
		return nil
	}
	if info.Size() < l.size {
		l.begin()
	}
	l.size, l.time = info.Size(), info.ModTime()
	if err := l.compare(); err != nil || l.size <= l.offset {
		return err
	}
	buffer := make([]byte, min(l.size-l.offset, 256<<10))
	for l.offset < l.size {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := l.file.ReadAt(buffer[:min(int64(len(buffer)), l.size-l.offset)], l.offset)
		if n > 0 {
			l.offset += int64(n)
			l.last = append(l.last, buffer[:n]...)
			l.last = slices.Clone(l.last[max(len(l.last)-mostLast, 0):])
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// begin goes back to the beginning: the task runs anew, and so does its output.
func (l *output) begin() { l.offset, l.last = 0, nil }

// compare goes back to the beginning where what was copied is not there any more: between two looks an output may have begun anew and become longer than it was.
func (l *output) compare() error {
	if len(l.last) == 0 {
		return nil
	}
	if l.size < l.offset {
		l.begin()
		return nil
	}
	there := make([]byte, len(l.last))
	n, err := l.file.ReadAt(there, l.offset-int64(len(there)))
	if err != nil && err != io.EOF {
		return err
	}
	if !bytes.Equal(there[:n], l.last) {
		l.begin()
	}
	return nil
}

func (l *output) close() {
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.size, l.time = nil, 0, time.Time{}
}
