package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// How much of the past the scheduler's events hold: a watcher that was away for longer is told to start anew.
const (
	segmentSize     = 8 << 20
	segmentsInBytes = 8 * segmentSize
	segmentsAtMost  = 1000
)

// events are what the keeper tells the watchers: the records of all jobs in the order in which they were made, in numbered files of some
// MiB. Each keeper begins a new file with the first thing that it tells, so that no file is ever written to by a second one.
type events struct {
	dir string
	// out is the newest file; nil: nothing was told yet.
	out    *lines
	number int
}

const segmentSuffix = ".jsonl"

func segmentPath(dir string, number int) string {
	return filepath.Join(dir, fmt.Sprintf("%010d%s", number, segmentSuffix))
}

// segments are the numbers of the files that are there, in their order.
func segments(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), segmentSuffix)); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// append tells records.
func (e *events) append(records []record) error {
	if len(records) == 0 {
		return nil
	}
	if e.out == nil || e.out.size >= segmentSize {
		if err := e.next(); err != nil {
			return err
		}
	}
	return e.out.append(records, false)
}

// next begins another file.
func (e *events) next() error {
	if err := e.close(); err != nil {
		return err
	}
	numbers, err := segments(e.dir)
	if err != nil {
		return err
	}
	if n := len(numbers); n > 0 {
		e.number = numbers[n-1]
	}
	e.number++
	if e.out, err = openLines(segmentPath(e.dir, e.number)); err != nil {
		return err
	}
	return errors.Join(syncFolder(e.dir), trimSegments(e.dir, append(numbers, e.number)))
}

// sync brings what was told to the disk.
func (e *events) sync() error {
	if e.out == nil {
		return nil
	}
	return e.out.file.Sync()
}

func (e *events) close() error {
	if e.out == nil {
		return nil
	}
	err := errors.Join(e.sync(), e.out.close())
	e.out = nil
	return err
}

// trimSegments removes the oldest files beyond the limits.
func trimSegments(dir string, numbers []int) error {
	total, count := int64(0), 0
	for _, n := range slices.Backward(numbers) {
		info, err := os.Stat(segmentPath(dir, n))
		if err != nil {
			return err
		}
		total += info.Size()
		if count++; total <= segmentsInBytes && count <= segmentsAtMost {
			continue
		}
		if err := os.Remove(segmentPath(dir, n)); err != nil {
			return err
		}
	}
	return nil
}
