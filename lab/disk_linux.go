package lab

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// SmallDisk is a folder on a file system in memory that has room for so many bytes, for tests of what happens when a disk is full. It is mounted nowhere: the
// folder's path leads through this process, and the file system goes with it, by kill -9 too. It needs root, and what [Require] needs.
func SmallDisk(t TB, bytes int) (folder string) {
	t.Helper()
	Require(t)
	fs, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		t.Fatalf("cannot make a file system in memory: %v", err)
	}
	defer unix.Close(fs)
	err = unix.FsconfigSetString(fs, "size", fmt.Sprint(bytes))
	if err == nil {
		err = unix.FsconfigCreate(fs)
	}
	if err != nil {
		t.Fatalf("cannot make a file system of %d bytes in memory: %v", bytes, err)
	}
	mount, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		t.Fatalf("cannot use a file system in memory: %v", err)
	}
	t.Cleanup(func() { unix.Close(mount) })
	return fmt.Sprintf("/proc/%d/fd/%d/", os.Getpid(), mount)
}
