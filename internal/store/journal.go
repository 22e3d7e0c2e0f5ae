package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/oceanid/oceanid/sdk/fault"
)

// journal is a file to which commands are appended. The caller sees to it that appends come one after the other; syncs may come at any time.
type journal struct {
	file *os.File
	header
	size     int64
	buffer   []byte
	appended atomic.Uint64 // number of the last record
	synced   atomic.Uint64 // number of the last record that is on the disk

	syncing sync.Mutex
	broken  atomic.Pointer[error] // why nothing can be appended any more
}

// createJournal makes an empty journal. Its header is on the disk before the file has its name, so that it is never torn.
func createJournal(folder string, generation uint64) (*journal, error) {
	h := newHeader(generation)
	path := filepath.Join(folder, journalName(generation))
	os.Remove(path + ".new")
	if err := writeSynced(path+".new", h.encode()); err != nil {
		return nil, err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, err
	}
	if err := syncFolder(folder); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	return &journal{file: f, header: h, size: headerSize}, nil
}

// append writes a command and gives its number. Killing the process cannot lose it from then on; loss of power cannot once it is synced.
func (j *journal) append(command []string) (number uint64, err error) {
	if err := j.broken.Load(); err != nil {
		return 0, *err
	}
	number = j.appended.Load() + 1
	j.buffer = j.appendRecord(j.buffer[:0], number, j.synced.Load(), command)
	if len(j.buffer) > mostRecord {
		return 0, fault.Invalid.New("a command of %d bytes is too long", len(j.buffer))
	}
	if _, err := j.file.Write(j.buffer); err != nil {
		// Half a record must not stay in the way of the next one.
		if e := j.file.Truncate(j.size); e != nil {
			j.fail(e)
		}
		return 0, err
	}
	j.size += int64(len(j.buffer))
	j.appended.Store(number)
	if cap(j.buffer) > 1<<20 {
		j.buffer = nil
	}
	return number, nil
}

// sync returns when the record is on the disk. Those who wait while another sync goes on share the next one.
func (j *journal) sync(number uint64) error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.synced.Load() >= number {
		return nil
	}
	if err := j.broken.Load(); err != nil {
		return *err
	}
	target := j.appended.Load()
	if err := j.file.Sync(); err != nil {
		// What a failed sync has lost, a later one that succeeds does not bring back: the kernel has forgotten it.
		return j.fail(err)
	}
	j.synced.Store(target)
	return nil
}

func (j *journal) fail(err error) error {
	err = fmt.Errorf("the journal %s is broken, start again when the disk is well: %w", j.file.Name(), err)
	j.broken.Store(&err)
	return err
}

func (j *journal) syncAll() error { return j.sync(j.appended.Load()) }

func (j *journal) close() error {
	err := j.syncAll()
	if e := j.file.Close(); err == nil {
		err = e
	}
	return err
}

func journalName(generation uint64) string  { return fmt.Sprintf("journal-%012d", generation) }
func snapshotName(generation uint64) string { return fmt.Sprintf("snapshot-%012d", generation) }
