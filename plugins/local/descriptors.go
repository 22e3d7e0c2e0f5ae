package main

import (
	"os"
	"strconv"
	"syscall"
)

// keepDescriptors makes every descriptor that this process was given one that its children are not: a driver may have been handed its
// host's lifeline, sockets or keys, and no task shall have those.
func keepDescriptors() {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}
