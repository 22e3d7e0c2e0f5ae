package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ballast fills a disk but for so many bytes.
func ballast(t *testing.T, disk string, but int64) {
	t.Helper()
	path := filepath.Join(disk, "ballast")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	info, err := f.Stat()
	must(t, err)
	must(t, f.Truncate(max(info.Size()-but, 0)))
}

// TestTheDiskOfTheEmbeddedStoreIsFull fills it at every size of what is still free: whatever is written when there is no more room is refused, with the host to blame; what was
// acknowledged is there, then and in the next life; what was refused is not; and when there is room again it goes on.
func TestTheDiskOfTheEmbeddedStoreIsFull(t *testing.T) {
	t.Parallel()
	for _, free := range []int64{0, 4 << 10, 16 << 10, 40 << 10} {
		disk := lab.SmallDisk(t, 2<<20)
		path := filepath.Join(disk, "store")
		s, err := store.Open(t.Context(), store.Options{Path: path})
		must(t, err)
		sch, job := kept(t, s)
		ballast(t, disk, free)
		acknowledged, refusals := []string{job.ID}, []string{}
		for len(refusals) < 3 {
			j := newJob(sch, scheduler.Job{Name: "one of many, to fill the disk with"})
			made, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: j}}, time.Now())
			if err == nil && made[0].Err == nil {
				acknowledged = append(acknowledged, j.ID)
				continue
			}
			wantKind(t, "create", err, fault.Unavailable)
			if fault.Blame(err) != fault.Host {
				t.Errorf("%v blames %s", err, fault.Blame(err))
			}
			refusals = append(refusals, j.ID)
		}
		if _, err := s.Job(t.Context(), job.ID); err != nil {
			t.Errorf("read: %v", err)
		}
		look := func(life string) {
			t.Helper()
			known, err := s.Known(t.Context(), sch.UID, append(append([]string{}, acknowledged...), refusals...))
			must(t, err)
			for _, id := range acknowledged {
				if !known[id] {
					t.Errorf("%d bytes free, %s: acknowledged and not there", free, life)
				}
			}
			for _, id := range refusals {
				if known[id] {
					t.Errorf("%d bytes free, %s: refused and there", free, life)
				}
			}
		}
		look("the same life")
		// Whether it can be closed well depends on what it has to write.
		if err := s.Close(); err != nil {
			t.Logf("%d bytes free, closed: %v", free, err)
		}
		full, err := store.Open(t.Context(), store.Options{Path: path})
		switch {
		case err == nil:
			must(t, full.Close())
		case !errors.Is(err, fault.Unavailable):
			t.Errorf("open on a full disk: %v", err)
		}
		must(t, os.Remove(filepath.Join(disk, "ballast")))
		s = mustOpen(t, store.Options{Path: path})
		look("the next life")
		create(t, s, sch.UID, newJob(sch, scheduler.Job{}))
		wantEvents(t, s, sch, len(acknowledged)+1)
	}
}

// TestAFolderThatCannotBeWritten opens a store where there is no room to begin one.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	disk := lab.SmallDisk(t, 64<<10)
	ballast(t, disk, 0)
	_, err := store.Open(t.Context(), store.Options{Path: filepath.Join(disk, "store")})
	wantKind(t, "open", err, fault.Unavailable)
	must(t, os.Remove(filepath.Join(disk, "ballast")))
	kept(t, mustOpen(t, store.Options{Path: filepath.Join(disk, "store")}))
}
