package store_test

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestADiskThatIsReadOnly begins a store on a disk that was mounted read-only, one that has never been written and one that has: it is refused, says why, and
// leaves what is there as it is; mounted for writing again it goes on with all that was acknowledged. What becomes of a store under which the disk turns so is
// TestJournalThatCannotBeWritten.
func TestADiskThatIsReadOnly(t *testing.T) {
	t.Parallel()
	for _, used := range []bool{false, true} {
		disk := lab.SmallDisk(t, 2<<20)
		path := filepath.Join(disk, "store")
		events := 0
		var sch store.Scheduler
		if used {
			s, err := store.Open(t.Context(), store.Options{Path: path})
			must(t, err)
			sch, _ = kept(t, s)
			events++
			must(t, s.Close())
		}
		turnReadOnly(t, disk)
		for range 2 {
			_, err := store.Open(t.Context(), store.Options{Path: path})
			wantKind(t, "open", err, fault.Unavailable)
			if err == nil || !strings.Contains(err.Error(), "read-only") || !strings.Contains(err.Error(), path) || fault.Blame(err) != fault.Host {
				t.Errorf("%v does not name the folder and why, or blames %s", err, fault.Blame(err))
			}
		}
		must(t, unix.MountSetattr(unix.AT_FDCWD, disk, 0, &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}))
		s := mustOpen(t, store.Options{Path: path})
		if !used {
			sch, _ = kept(t, s)
			events++
		}
		create(t, s, sch.UID, newJob(sch, scheduler.Job{}))
		wantEvents(t, s, sch, events+1)
	}
}

// turnReadOnly waits for nobody to have a file of the disk open for writing. The store that was closed has none, but a process that another test has just forked
// has all of ours until its execve(2).
func turnReadOnly(t *testing.T, disk string) {
	t.Helper()
	for {
		err := unix.MountSetattr(unix.AT_FDCWD, disk, 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
		if !errors.Is(err, unix.EBUSY) {
			must(t, err)
			return
		}
		must(t, t.Context().Err())
		runtime.Gosched()
	}
}
