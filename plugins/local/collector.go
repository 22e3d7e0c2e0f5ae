package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"unicode/utf8"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// collector finds the files of one task.
type collector struct {
	ctx     context.Context
	root    *os.Root
	task    int
	refused *refusals
	yield   func(scheduler.File, io.Reader) error
	// seen are the paths that were yielded or refused: outputs may overlap.
	seen map[string]bool
}

func (c *collector) outputs(names []string) error {
	for _, name := range names {
		if err := c.output(name); err != nil {
			return err
		}
	}
	return nil
}

// output yields the files of one output; one that is not there is no error.
func (c *collector) output(name string) error {
	// A folder on the way that is a link would show another place under this name.
	for i, r := range name + "/" {
		if r != '/' {
			continue
		}
		info, err := c.root.Lstat(name[:i])
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return nil
		}
		if err != nil {
			c.refuse(name[:i], err.Error())
			return nil
		}
		if i < len(name) && !info.IsDir() {
			if info.Mode().IsRegular() {
				return nil
			}
			c.refuse(name[:i], "it is "+kindOf(info.Mode()))
			return nil
		}
	}
	return c.visit(name)
}

// visit yields the file, or the files of the folder.
func (c *collector) visit(name string) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if c.seen[name] {
		return nil
	}
	info, err := c.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		c.refuse(name, err.Error())
		return nil
	case info.IsDir():
		return c.folder(name)
	case !info.Mode().IsRegular():
		c.refuse(name, "it is "+kindOf(info.Mode()))
		return nil
	}
	return c.file(name, info)
}

func (c *collector) folder(name string) error {
	entries, err := fs.ReadDir(c.root.FS(), name)
	if err != nil {
		c.refuse(name, err.Error())
	}
	for _, e := range entries {
		inside := path.Join(name, e.Name())
		if !utf8.ValidString(e.Name()) {
			c.refuse(inside, "its name is not UTF-8")
			continue
		}
		if err := c.visit(inside); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) file(name string, seen fs.FileInfo) error {
	// O_NONBLOCK: what was a file a moment ago may be a pipe by now, and to open that would wait for a writer.
	file, err := c.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		c.refuse(name, err.Error())
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(seen, info) {
		c.refuse(name, "it was replaced while it was read")
		return nil
	}
	c.seen[name] = true
	return c.yield(scheduler.File{
		Task: c.task, Path: name, Size: info.Size(), Mode: uint32(info.Mode().Perm()), Modified: info.ModTime(),
	}, stopping{c.ctx, io.LimitReader(file, info.Size())})
}

func (c *collector) refuse(name, why string) {
	if !c.seen[name] {
		c.seen[name] = true
		c.refused.add(c.task, name, why)
	}
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// refusals are what was found among the outputs and is no regular file.
type refusals struct {
	first []error
	more  int
}

func (r *refusals) add(task int, name, why string) {
	if len(r.first) == 20 {
		r.more++
		return
	}
	r.first = append(r.first, fault.Invalid.New("output %q of task %d is not brought back: %s", name, task, why))
}

func (r *refusals) err() error {
	err := errors.Join(r.first...)
	if r.more > 0 {
		err = fmt.Errorf("%w\nand %d more", err, r.more)
	}
	return err
}
