package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// fill takes all room of a disk until it is given back.
func fill(t *testing.T, disk string) (giveBack func()) {
	t.Helper()
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is larger than it should be")
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			t.Error(err)
		}
	}
}

// The disk of the driver's folder is full: a job that comes is not taken for now, which is no fault of its own, and leaves nothing; when there is room the same
// submission is one job.
func TestDiskFullAtSubmit(t *testing.T) {
	t.Parallel()
	disk := lab.SmallDisk(t, 1<<20)
	dir := filepath.Join(disk, "pool")
	p := openPool(t, dir, 2)
	t.Cleanup(func() { endPool(t, dir) })
	p.run(shell("true"))
	giveBack := fill(t, disk)
	job := shell("exit 3")
	for range 2 {
		_, err := p.Submit(t.Context(), job)
		if fault.Of(err) != fault.Exhausted {
			t.Errorf("%q: %v", fault.Of(err), err)
		}
		if left, _ := os.ReadDir(p.folder.staging()); len(left) > 0 {
			t.Errorf("left in staging: %v", left)
		}
	}
	giveBack()
	if s := p.run(job); s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 3 {
		t.Errorf("%+v", s)
	}
}

// The disk is full when a task ends: its end is told when there is room.
func TestDiskFullAtTheEnd(t *testing.T) {
	t.Parallel()
	disk, gate := lab.SmallDisk(t, 1<<20), filepath.Join(t.TempDir(), "gate")
	dir := filepath.Join(disk, "pool")
	p := openPool(t, dir, 2)
	marks := filepath.Join(t.TempDir(), "ended")
	ref := p.submit(shell(`until [ -e "$1" ]; do sleep 0.01; done; : >"$2"; exit 4`, gate, marks))
	eventually(t, "the task to run", func() bool { return p.count(ref)[scheduler.Running] == 1 })
	giveBack := fill(t, disk)
	open(t, gate)
	eventually(t, "the task to end", func() bool { _, err := os.Stat(marks); return err == nil })
	if n := p.count(ref); n[scheduler.Lost]+n[scheduler.Succeeded]+n[scheduler.Cancelled] > 0 {
		t.Errorf("while the disk is full: %v", n)
	}
	giveBack()
	if s := p.wait(ref)[0]; s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 4 {
		t.Errorf("%+v", s)
	}
}
