package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Checksums remembers the checksums of files for as long as device, inode, size and time of change say that a file is the same. The zero value is
// ready; it is safe for concurrent use, and by several processes.
type Checksums struct {
	// File keeps what is remembered from one process to the next; "": nothing does. Whoever may write to it decides what a driver's
	// checksum is: its folder must be the host's own. A file that cannot be read or written is done without.
	File string

	mu     sync.Mutex
	loaded bool
	known  map[identity]string
}

// identity tells two states of files apart. Whoever writes to a file cannot set back its time of change.
type identity struct {
	Device, Inode uint64
	Size          int64
	Changed       int64 // nanoseconds since 1970
}

const (
	// young is the age below which a file's times do not prove that it is the same: they may be too coarse for the next write to show.
	young = 2 * time.Second
	// mostKnown is more than the drivers of any host; beyond it remembering starts anew.
	mostKnown = 1000
)

// Of is "sha256:" and the hex digits of the content of the regular file at path.
func (c *Checksums) Of(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return c.of(f)
}

func (c *Checksums) of(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", f.Name())
	}
	id, telling := identify(info)
	telling = telling && time.Since(time.Unix(0, id.Changed)) > young
	if telling {
		if sum, ok := c.recall(id); ok {
			return sum, nil
		}
	}
	hash := sha256.New()
	// Read by position: whoever is handed this descriptor next finds it at the start.
	if _, err := io.Copy(hash, io.NewSectionReader(f, 0, math.MaxInt64)); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name(), err)
	}
	sum := "sha256:" + hex.EncodeToString(hash.Sum(nil))
	if after, err := f.Stat(); err == nil && telling {
		if still, ok := identify(after); ok && still == id {
			c.remember(id, sum)
		}
	}
	return sum, nil
}

func (c *Checksums) recall(id identity) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.loaded {
		c.loaded = true
		c.load()
	}
	sum, ok := c.known[id]
	return sum, ok
}

func (c *Checksums) remember(id identity, sum string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.known, func(old identity, _ string) bool { return old.Device == id.Device && old.Inode == id.Inode })
	if c.known == nil || len(c.known) >= mostKnown {
		c.known = map[identity]string{}
	}
	c.known[id] = sum
	c.save()
}

// row is how one checksum is written down.
type row struct {
	identity
	Sum string
}

// load reads the file; c.mu is held.
func (c *Checksums) load() {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return
	}
	var rows []row
	if json.Unmarshal(data, &rows) != nil {
		return
	}
	c.known = map[identity]string{}
	for _, r := range rows {
		c.known[r.identity] = r.Sum
	}
}

// save writes the file; c.mu is held.
func (c *Checksums) save() {
	if c.File == "" {
		return
	}
	var rows []row
	for id, sum := range c.known {
		rows = append(rows, row{id, sum})
	}
	slices.SortFunc(rows, func(a, b row) int { return int(a.Changed/1e9 - b.Changed/1e9) })
	data, err := json.MarshalIndent(rows, "", "\t")
	if err != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), ".checksums-")
	if err != nil {
		return
	}
	_, failed := f.Write(append(data, '\n'))
	if f.Close() != nil || failed != nil || os.Rename(f.Name(), c.File) != nil {
		_ = os.Remove(f.Name())
	}
}
