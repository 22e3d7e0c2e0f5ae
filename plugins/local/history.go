package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// history is what a job's journal says, read again at the cost of what is new in it.
type history struct {
	path string
	// known is what is known; before the first refresh, what is without the journal.
	known runs

	file *os.File
	read int64
}

// refresh reads what is new.
func (h *history) refresh() error {
	now, err := os.Stat(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if h.file != nil {
		// A journal that was rewritten says what the old one did and more.
		if old, err := h.file.Stat(); err != nil || !os.SameFile(old, now) {
			h.close()
		}
	}
	if h.file == nil {
		if h.file, err = os.Open(h.path); err != nil {
			return err
		}
		h.read = 0
	}
	h.read, err = readLines(h.file, h.read, func(r record, _ int64) error {
		h.known = h.known.set(r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", h.path, err)
	}
	return nil
}

func (h *history) close() {
	if h.file != nil {
		h.file.Close()
		h.file = nil
	}
}

// readHistory is what the journal at path says about the tasks, over what is known without it.
func readHistory(path string, known runs) (runs, error) {
	h := history{path: path, known: known}
	defer h.close()
	err := h.refresh()
	return h.known, err
}
