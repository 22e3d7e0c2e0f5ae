package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// meeting is a job whose tasks wait until so many of them have begun, which they write to the file, as they do when they end.
func meeting(file, size string) scheduler.Job {
	return shell(`echo begin >> "$1"; until [ $(grep -c begin "$1") -ge "$2" ]; do sleep 0.01; done; echo end >> "$1"`, file, size)
}

// atOnce is the most that ran at the same time.
func atOnce(t *testing.T, file string) int {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now, most := 0, 0
	for _, word := range strings.Fields(string(content)) {
		if word == "begin" {
			now++
			most = max(most, now)
		} else {
			now--
		}
	}
	return most
}

func TestSlots(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cpus float64
		most int
	}{
		"one each":       {0, 5},
		"half a CPU":     {0.5, 5},
		"two each":       {2, 2},
		"rounded up":     {1.5, 2},
		"all of them":    {5, 1},
		"more than half": {3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, 5)
			file := filepath.Join(t.TempDir(), "file")
			job := array(meeting(file, string(rune('0'+c.most))), 12)
			job.Resources.CPUs = c.cpus
			for i, s := range p.wait(p.submit(job)) {
				if s.State != scheduler.Succeeded {
					t.Fatalf("task %d: %+v", i, s)
				}
			}
			if most := atOnce(t, file); most != c.most {
				t.Errorf("%d at once, want %d", most, c.most)
			}
		})
	}
}

func TestMoreSlotsAtOnce(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	file := filepath.Join(t.TempDir(), "file")
	ref := p.submit(array(meeting(file, "2"), 2))
	eventually(t, "the first to run", func() bool { return p.count(ref)[scheduler.Running] == 1 })
	// The two meet only if the keeper that runs already hears of the second slot.
	openPool(t, p.folder.path, 2)
	p.wait(ref)
}

func TestFewerSlotsThanATaskAsksFor(t *testing.T) {
	t.Parallel()
	p := newPool(t, 4)
	lock, free, err := tryLock(p.folder.lock(), syscall.LOCK_EX)
	if err != nil || !free {
		t.Fatal(free, err)
	}
	job := shell("exit 0")
	job.Resources.CPUs = 4
	ref := p.submit(job)
	lock.Close()
	openPool(t, p.folder.path, 2)
	if s := p.wait(ref)[0]; s.State != scheduler.Succeeded {
		t.Errorf("%+v", s)
	}
}

// TestKeeperThatIsAboutToEnd submits around the moment at which a keeper has had nothing to do for long enough.
func TestKeeperThatIsAboutToEnd(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	for i := range 60 {
		if i%2 == 0 {
			eventually(t, "the keeper to end", func() bool {
				kept, err := locked(p.folder.lock())
				return err == nil && !kept
			})
		}
		if s := p.run(shell("exit 0")); s.State != scheduler.Succeeded {
			t.Fatalf("%+v", s)
		}
	}
}
