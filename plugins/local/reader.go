package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// reader reads the events in their order, across the files.
type reader struct {
	dir  string
	at   place
	file *os.File
}

// newReaderAt begins at a place that an earlier reader was at, or before everything. goneError: what stood there is no more.
func newReaderAt(dir string, at place) (*reader, error) {
	r := &reader{dir: dir, at: at}
	if at == (place{}) {
		return r, nil
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	if at.offset == 0 {
		return r, nil
	}
	before := make([]byte, 1)
	if _, err := r.file.ReadAt(before, at.offset-1); err != nil || before[0] != '\n' {
		r.close()
		return nil, goneError{"the events up to the cursor are not on the disk: the machine went down before they were"}
	}
	return r, nil
}

// newReader begins after everything that has been told.
func newReader(dir string) (*reader, error) {
	numbers, err := segments(dir)
	if err != nil || len(numbers) == 0 {
		return &reader{dir: dir}, err
	}
	r := &reader{dir: dir, at: place{segment: numbers[len(numbers)-1]}}
	if err := r.open(); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(r.file.Name())
	r.at.offset = int64(bytes.LastIndexByte(content, '\n') + 1)
	return r, err
}

func (r *reader) open() (err error) {
	r.file, err = os.Open(segmentPath(r.dir, r.at.segment))
	if errors.Is(err, fs.ErrNotExist) {
		return goneError{fmt.Sprintf("the events are kept no further back than file %d", r.at.segment)}
	}
	return err
}

func (r *reader) close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// read hands over all that there is, each with the place after it.
func (r *reader) read(ctx context.Context, yield func(scheduler.Status, place) error) error {
	for {
		// Whether there is a later file must be known before this one is read: it is then known to be read to its end.
		later, err := r.later()
		if err != nil {
			return err
		}
		if r.file != nil {
			r.at.offset, err = readLines(r.file, r.at.offset, func(e record, next int64) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return yield(e.status(e.Token), place{r.at.segment, next})
			})
			if err != nil {
				return err
			}
		}
		if later == 0 {
			return nil
		}
		if r.at.segment != 0 && later != r.at.segment+1 {
			return goneError{fmt.Sprintf("the events between the files %d and %d are kept no more", r.at.segment, later)}
		}
		r.close()
		r.at = place{segment: later}
		if err := r.open(); err != nil {
			return err
		}
	}
}

// later is the number of the next file; 0: there is none.
func (r *reader) later() (int, error) {
	numbers, err := segments(r.dir)
	if err != nil {
		return 0, err
	}
	i, _ := slices.BinarySearch(numbers, r.at.segment+1)
	if i == len(numbers) {
		return 0, nil
	}
	return numbers[i], nil
}
