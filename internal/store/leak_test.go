package store_test

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
)

// TestNothingGoesOnAfterClose is not parallel: it counts the goroutines of the process.
func TestNothingGoesOnAfterClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	round := func() {
		s, err := store.Open(t.Context(), store.Options{Path: path})
		must(t, err)
		guest, err := store.Open(t.Context(), store.Options{Path: path})
		must(t, err)
		changes := guest.Changes(t.Context())
		await(t, changes, "")
		sch := newScheduler(t, s)
		await(t, changes, sch.UID)
		must(t, guest.Close())
		for range changes {
		}
		must(t, s.Close())
		must(t, s.Close())
	}
	round()
	before := runtime.NumGoroutine()
	for range 5 {
		round()
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}
