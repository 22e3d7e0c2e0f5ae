package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/sdk/fault"
)

// TestASyncThatFails gives the journal a file that takes what is written and cannot be synced: a pipe. From then on nothing is acknowledged, though a later sync would
// succeed, and the next life has what was acknowledged before.
func TestASyncThatFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store")
	s := openAt(t, path)
	exercise(t, s, 1)
	before := content(t, s)
	j := s.local.owner.front.journal
	use := func(f *os.File) (was *os.File) {
		s.local.owner.front.order.Lock()
		defer s.local.owner.front.order.Unlock()
		j.syncing.Lock()
		defer j.syncing.Unlock()
		was, j.file = j.file, f
		return was
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	drained := make(chan struct{})
	go func() { defer close(drained); io.Copy(io.Discard, r) }()
	defer func() { w.Close(); <-drained; r.Close() }()

	refused := func(name string) {
		t.Helper()
		_, err := s.CreateScheduler(t.Context(), Scheduler{Name: name, Type: "local"})
		if !errors.Is(err, fault.Unavailable) || fault.Blame(err) != fault.Host {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := use(w)
	refused("while")
	use(good)
	refused("after")
	if _, err := s.ListSchedulers(t.Context(), SchedulerQuery{}); err != nil {
		t.Errorf("reading: %v", err)
	}
	if err := s.Close(); err == nil {
		t.Error("it was closed as if all were on the disk")
	}
	s = openAt(t, path)
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("the next life (-before +after):\n%s", diff)
	}
	closed(t, s)
}
