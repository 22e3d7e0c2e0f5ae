package store

import (
	"os"
	"path/filepath"
)

// leastJournal is the size up to which a journal is never compacted while the store runs. After a crash all of it is executed again, which takes about half a second a MB.
const leastJournal = 8 << 20

// grown begins a compaction when the journal has become long. The front's order is held.
func (e *embedded) grown(size int64) {
	if size < e.limit {
		return
	}
	select {
	case e.busy <- struct{}{}:
	default:
		return // the one before is not done yet
	}
	content, err := e.rotate()
	if err != nil {
		<-e.busy
		// Nothing is lost: the old journal goes on. The next try is for when it has grown again.
		e.limit = 2 * size
		e.log.Error("cannot compact the journal", "error", err)
		return
	}
	e.limit = max(leastJournal, 2*int64(len(content)))
	generation := e.generation
	e.compacting.Go(func() {
		defer func() { <-e.busy }()
		if err := e.finish(generation, content); err != nil {
			e.log.Error("cannot write a snapshot", "error", err)
		}
	})
}

// compactNow compacts while nobody uses the store: before it is opened, or after it was closed.
func (e *embedded) compactNow() error {
	content, err := e.rotate()
	if err != nil {
		return err
	}
	e.limit = max(leastJournal, 2*int64(len(content)))
	return e.finish(e.generation, content)
}

// rotate begins a new journal and gives the snapshot that belongs before it. All that the old journal has is on the disk then.
func (e *embedded) rotate() (content []byte, err error) {
	if err := e.front.journal.syncAll(); err != nil {
		return nil, err
	}
	if content, err = dump(e.front.lasting, e.generation+1); err != nil {
		return nil, err
	}
	next, err := createJournal(e.folder, e.generation+1)
	if err != nil {
		return nil, err
	}
	old := e.front.journal
	e.front.journal = next
	e.generation++
	clear(e.front.known)
	return content, old.close()
}

// finish writes the snapshot, after which the older files are not needed any more.
func (e *embedded) finish(generation uint64, content []byte) error {
	if err := writeSnapshot(e.folder, generation, content); err != nil {
		return err
	}
	e.dropBefore(generation)
	return nil
}

// dropBefore removes the files that a snapshot has taken the place of. Those that stay do no harm.
func (e *embedded) dropBefore(generation uint64) {
	snapshots, journals, err := generations(e.folder)
	if err != nil {
		return
	}
	for _, n := range snapshots {
		if n < generation {
			os.Remove(filepath.Join(e.folder, snapshotName(n)))
		}
	}
	for _, n := range journals {
		if n < generation {
			os.Remove(filepath.Join(e.folder, journalName(n)))
		}
	}
}
