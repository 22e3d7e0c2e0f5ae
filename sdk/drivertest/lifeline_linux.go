package drivertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// cutLifeline lets a driver believe that its host is gone. This process holds the other end of its lifeline, a pipe, for as long as it watches the driver; that end is
// exchanged for one that leads nowhere, so that nobody who closes it later closes what is not theirs.
func cutLifeline(pid int) error {
	// Package launch gives every driver its lifeline as descriptor 3.
	pipe, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/3", pid))
	if err != nil {
		return err
	}
	mine, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		return err
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer nowhere.Close()
	for _, path := range mine {
		if to, err := os.Readlink(path); err != nil || to != pipe {
			continue
		}
		fd, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			return err
		}
		return unix.Dup3(int(nowhere.Fd()), fd, unix.O_CLOEXEC)
	}
	return fmt.Errorf("the lifeline of process %d is not descriptor 3 any more", pid)
}
