package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Watch reads the scheduler's events from the cursor on and follows them. A cursor is good as long as its file is there: for the last 64 MiB of
// events, some hundred thousand. While it watches it starts a new keeper whenever there is work and none.
func (d *driver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	// First watch, then read: what comes in between is seen twice and not missed.
	changes, stop := watchFolder(d.folder.events(), d.log)
	defer stop()
	r, reset, err := d.follow(from)
	if err != nil {
		return err
	}
	defer func() { r.close() }()
	for {
		if reset != "" {
			if err := yield(scheduler.Event{Reset: reset, Cursor: r.at.cursor(d.folder.id)}); err != nil {
				return err
			}
		}
		err := r.read(ctx, func(s scheduler.Status, at place) error {
			return yield(scheduler.Event{Status: s, Cursor: at.cursor(d.folder.id)})
		})
		if gone := (goneError{}); errors.As(err, &gone) {
			r.close()
			if r, err = newReader(d.folder.events()); err != nil {
				return err
			}
			reset = gone.Error()
			continue
		}
		if err != nil {
			return err
		}
		reset = ""
		if err := d.revive(ctx); err != nil {
			d.log.Warn("jobs wait in the folder and nothing runs them", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changes:
		}
		if err := d.folder.check(); err != nil {
			return err
		}
	}
}

// follow begins where the cursor says; reset says why that cannot be, and then the reader begins after all that has been told.
func (d *driver) follow(from scheduler.Cursor) (r *reader, reset string, err error) {
	at, err := parseCursor(from, d.folder.id)
	if err == nil {
		r, err = newReaderAt(d.folder.events(), at)
	}
	if gone := (goneError{}); errors.As(err, &gone) {
		r, err = newReader(d.folder.events())
		reset = gone.Error()
	}
	if err != nil {
		return nil, "", fault.By(fault.Host, fault.Unavailable.New("events of the local scheduler: %w", err))
	}
	return r, reset, nil
}

// place is where a reader is in the events: a file's number and an offset in it. The zero place is before everything.
type place struct {
	segment int
	offset  int64
}

func (p place) cursor(id string) scheduler.Cursor {
	return scheduler.Cursor(fmt.Sprintf("%s:%d:%d", id, p.segment, p.offset))
}

func parseCursor(c scheduler.Cursor, id string) (place, error) {
	if c == "" {
		return place{}, nil
	}
	parts := strings.Split(string(c), ":")
	if parts[0] != id {
		return place{}, goneError{"the cursor is of another folder than the one that the scheduler has now"}
	}
	if len(parts) == 3 {
		segment, err := strconv.Atoi(parts[1])
		offset, err2 := strconv.ParseInt(parts[2], 10, 64)
		if err == nil && err2 == nil {
			return place{segment, offset}, nil
		}
	}
	return place{}, goneError{fmt.Sprintf("the cursor %q cannot be read", c)}
}

// goneError says that the events cannot be followed from where they should.
type goneError struct{ why string }

func (e goneError) Error() string { return e.why }
