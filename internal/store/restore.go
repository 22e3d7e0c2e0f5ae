package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/alicebob/miniredis/v2/server"
)

// restore brings back what the files in the folder say, and leaves the journal open for what comes. The caller is alone.
func (e *embedded) restore() error {
	snapshots, journals, err := generations(e.folder)
	if err != nil {
		return err
	}
	if len(snapshots) == 0 && len(journals) == 0 {
		e.generation, e.limit = 1, leastJournal
		e.front.journal, err = createJournal(e.folder, 1)
		return err
	}
	first := uint64(1)
	var snapshotSize int64
	if n := len(snapshots); n > 0 {
		first = snapshots[n-1]
		if snapshotSize, err = e.loadSnapshot(first); err != nil {
			return err
		}
	}
	for generation := first; ; generation++ {
		last := len(journals) == 0 || generation >= journals[len(journals)-1]
		if err := e.replay(generation, last); err != nil {
			return err
		}
		if last {
			e.generation = generation
			break
		}
	}
	e.dropBefore(first)
	e.limit = max(leastJournal, 2*snapshotSize)
	// A short journal is not worth a new snapshot at each start of a small command.
	if e.front.journal.size > max(leastJournal/8, snapshotSize/2) {
		return e.compactNow()
	}
	return nil
}

// generations lists the snapshots and journals, in order.
func generations(folder string) (snapshots, journals []uint64, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		kind, number, _ := strings.Cut(entry.Name(), "-")
		n, err := strconv.ParseUint(number, 10, 64)
		switch {
		case err != nil:
		case kind == "snapshot" && entry.Name() == snapshotName(n):
			snapshots = append(snapshots, n)
		case kind == "journal" && entry.Name() == journalName(n):
			journals = append(journals, n)
		}
	}
	return snapshots, journals, nil
}

// loadSnapshot executes a snapshot, which is whole or damaged, never torn.
func (e *embedded) loadSnapshot(generation uint64) (size int64, err error) {
	path := filepath.Join(e.folder, snapshotName(generation))
	f, size, h, err := openRecords(path, generation)
	if err != nil {
		return 0, restoreError(path, err)
	}
	defer f.Close()
	whole := false
	peer := server.NewPeer(bufio.NewWriter(io.Discard))
	end, _, err := h.readRecords(f, size, func(command []string) error {
		if command[0] == endOfSnapshot {
			whole = true
			return nil
		}
		e.front.lasting.Server().Dispatch(peer, command)
		return nil
	})
	if err == nil && (!whole || end != size) {
		err = fmt.Errorf("it is not whole: %d of %d bytes can be read", end, size)
	}
	if err != nil {
		return 0, restoreError(path, err)
	}
	return size, nil
}

// replay executes a journal. The last one is kept open, and what at its end was never acknowledged is cut off.
func (e *embedded) replay(generation uint64, last bool) error {
	path := filepath.Join(e.folder, journalName(generation))
	f, size, h, err := openRecords(path, generation)
	if err != nil {
		return restoreError(path, err)
	}
	clear(e.front.known)
	peer := server.NewPeer(bufio.NewWriter(io.Discard))
	end, records, err := h.readRecords(f, size, func(command []string) error {
		if sha, text := scriptDigest(command); text {
			e.front.known[sha] = true
		}
		e.front.lasting.Server().Dispatch(peer, command)
		return nil
	})
	if err == nil && end != size {
		if !last {
			err = fmt.Errorf("it ends with %d damaged bytes", size-end)
		} else {
			e.log.Warn("cut off the end of the journal, which was never acknowledged", "journal", path, "bytes", size-end, "records", records)
			err = errors.Join(f.Truncate(end), f.Sync())
		}
	}
	if err != nil || !last {
		f.Close()
		return restoreError(path, err)
	}
	e.front.journal = &journal{file: f, header: h, size: end}
	e.front.journal.appended.Store(records)
	// Not all of it may be on the disk: the process before may have been killed between a write and its sync.
	return e.front.journal.syncAll()
}

func openRecords(path string, generation uint64) (f *os.File, size int64, h header, err error) {
	if f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0); err != nil {
		return nil, 0, header{}, err
	}
	info, err := f.Stat()
	if err == nil {
		h, err = readHeader(f)
	}
	if err == nil && h.generation != generation {
		err = fmt.Errorf("it is that of generation %d", h.generation)
	}
	if err != nil {
		f.Close()
		return nil, 0, header{}, err
	}
	return f, info.Size(), h, nil
}

// restoreError says what can be done about a file that cannot be read.
func restoreError(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w: acknowledged changes are lost from there on; bring the folder back from a backup, or move it away to begin with an empty store", path, err)
}
