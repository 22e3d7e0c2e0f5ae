package main

import (
	"os"
	"strconv"
	"syscall"
)

// keepDescriptors makes every descriptor that this process was given one that its children are not. A driver may have been handed its host's
// lifeline, sockets or keys, and no task shall have those; nor shall a keeper hold open a pipe at whose other end somebody waits for its end.
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
