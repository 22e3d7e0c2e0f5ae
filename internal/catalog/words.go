package catalog

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// words are what drivers say of themselves, by the checksum of their executables, in memory and in a folder: a program always says the same. A file in the
// folder is the SHA-256 of a message and then the message, so that one that was cut or changed is not believed.
type words struct {
	dir   string // "": only memory
	mu    sync.Mutex
	known map[string]*pluginv1.DescribeResponse
}

func newWords(dir string) *words {
	return &words{dir: dir, known: map[string]*pluginv1.DescribeResponse{}}
}

// get gives what is known of a checksum, or nil.
func (w *words) get(sum string) *pluginv1.DescribeResponse {
	w.mu.Lock()
	defer w.mu.Unlock()
	if said, ok := w.known[sum]; ok {
		return said
	}
	path := w.path(sum)
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) < sha256.Size {
		return nil
	}
	said := new(pluginv1.DescribeResponse)
	if check := sha256.Sum256(data[sha256.Size:]); !bytes.Equal(check[:], data[:sha256.Size]) || proto.Unmarshal(data[sha256.Size:], said) != nil {
		return nil
	}
	w.known[sum] = said
	return said
}

// put keeps what a driver says. A folder that cannot be written to is done without.
func (w *words) put(sum string, said *pluginv1.DescribeResponse) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old, ok := w.known[sum]; ok && proto.Equal(old, said) {
		return nil
	}
	w.known[sum] = said
	path := w.path(sum)
	if path == "" {
		return nil
	}
	message, err := proto.Marshal(said)
	if err != nil {
		return err
	}
	check := sha256.Sum256(message)
	return writeAtomically(path, append(check[:], message...))
}

// path is "" where nothing is kept.
func (w *words) path(sum string) string {
	hex := strings.TrimPrefix(sum, "sha256:")
	if w.dir == "" || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hex) {
		return ""
	}
	return filepath.Join(w.dir, hex+".describe")
}

// writeAtomically makes a file that is either the old or the new.
func writeAtomically(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
