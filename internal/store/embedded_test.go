package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// journalOf closes a store of n schedulers and gives its journal, and where in it the last record begins.
func journalOf(t *testing.T, path string, n int) (file string, content []byte, last int) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: path})
	must(t, err)
	file = filepath.Join(path, "journal-000000000001")
	for i := range n {
		info, err := os.Stat(file)
		must(t, err)
		last = int(info.Size())
		_, err = s.CreateScheduler(t.Context(), store.Scheduler{Name: fmt.Sprint("pool", i), Type: "local"})
		must(t, err)
	}
	must(t, s.Close())
	content, err = os.ReadFile(file)
	must(t, err)
	return file, content, last
}

// reopen opens a store whose journal was changed and tells how many schedulers it has and what it logged.
func reopen(t *testing.T, path, file string, content []byte) (schedulers int, log string, err error) {
	t.Helper()
	must(t, os.WriteFile(file, content, 0o600))
	var heard bytes.Buffer
	s, err := store.Open(t.Context(), store.Options{Path: path, Log: hclog.New(&hclog.LoggerOptions{Output: &heard})})
	if err != nil {
		return 0, heard.String(), err
	}
	all, err := s.ListSchedulers(t.Context(), store.SchedulerQuery{})
	return len(all), heard.String(), errors.Join(err, s.Close())
}

func TestJournalTruncatedAnywhereInItsLastRecord(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	file, content, last := journalOf(t, path, 3)
	for end := last; end <= len(content); end++ {
		n, log, err := reopen(t, path, file, content[:end])
		if err != nil {
			t.Fatalf("truncated at byte %d: %v", end, err)
		}
		want, said := 2, fmt.Sprintf("bytes=%d", end-last)
		if end == len(content) {
			want = 3
		}
		if n != want {
			t.Errorf("truncated at byte %d: %d schedulers, want %d", end, n, want)
		}
		if torn := end > last && end < len(content); strings.Contains(log, said) != torn {
			t.Errorf("truncated at byte %d: the log is %q", end, log)
		}
	}
}

func TestJournalSpoiltAtItsEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	file, content, last := journalOf(t, path, 3)
	for at := last; at < len(content); at += 3 {
		spoilt := bytes.Clone(content)
		spoilt[at] ^= 0x10
		n, log, err := reopen(t, path, file, spoilt)
		if err != nil || n != 2 || !strings.Contains(log, fmt.Sprintf("bytes=%d", len(content)-last)) {
			t.Errorf("byte %d: %d schedulers, log %q, %v", at, n, log, err)
		}
	}
}

func TestJournalSpoiltInTheMiddle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	file, content, last := journalOf(t, path, 3)
	for at := 0; at < last; at += 13 {
		spoilt := bytes.Clone(content)
		spoilt[at] ^= 0x10
		_, _, err := reopen(t, path, file, spoilt)
		wantKind(t, fmt.Sprint("byte ", at), err, fault.Unavailable)
		for _, want := range []string{file, "backup", "move it away"} {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Fatalf("byte %d: %q lacks %q", at, err, want)
			}
		}
	}
	if n, _, err := reopen(t, path, file, content); n != 3 || err != nil {
		t.Errorf("the journal was touched: %d, %v", n, err)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	t.Run("shut when it is empty", func(t *testing.T) {
		t.Parallel()
		path := t.TempDir()
		must(t, os.Chmod(path, 0o755))
		mustOpen(t, store.Options{Path: path})
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})
	t.Run("refused when it is anybody's", func(t *testing.T) {
		t.Parallel()
		path := t.TempDir()
		must(t, os.WriteFile(filepath.Join(path, "photo.jpg"), nil, 0o600))
		must(t, os.Chmod(path, 0o755))
		_, err := store.Open(t.Context(), store.Options{Path: path})
		wantKind(t, "open", err, fault.Denied)
		if !strings.Contains(fmt.Sprint(err), "chmod 700") {
			t.Errorf("%q does not say what to do", err)
		}
	})
	t.Run("too long for a socket", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
		for range 2 {
			s, err := store.Open(t.Context(), store.Options{Path: path})
			must(t, err)
			guest, err := store.Open(t.Context(), store.Options{Path: path})
			must(t, err)
			_, err = guest.ListSchedulers(t.Context(), store.SchedulerQuery{})
			must(t, errors.Join(err, guest.Close()))
			target, err := os.Readlink(filepath.Join(path, "socket"))
			must(t, err)
			must(t, s.Close())
			if _, err := os.Stat(filepath.Dir(target)); !os.IsNotExist(err) {
				t.Errorf("the socket's folder is left: %v", err)
			}
		}
	})
	t.Run("not given", func(t *testing.T) {
		t.Parallel()
		_, err := store.Open(t.Context(), store.Options{})
		wantKind(t, "open", err, fault.Invalid)
	})
	t.Run("cannot be made", func(t *testing.T) {
		t.Parallel()
		_, err := store.Open(t.Context(), store.Options{Path: "/proc/nowhere/store"})
		wantKind(t, "open", err, fault.Unavailable)
	})
}
