package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// machine is what there is at most for a task; 0: unknown.
type machine struct {
	memory, disk int64
	// longestArg and allArgs bound a program's arguments and environment, in bytes with the NUL of each.
	longestArg, allArgs int
}

// thisMachine measures the machine and the disk on which path is.
func thisMachine(path string) machine {
	// execve(2): 32 pages for one string; a quarter of the stack limit, and at most 6 MiB, for all of them with their pointers.
	m := machine{longestArg: 32 * os.Getpagesize(), allArgs: 6 << 20}
	if limit := (unix.Rlimit{}); unix.Getrlimit(unix.RLIMIT_STACK, &limit) == nil {
		m.allArgs = int(min(uint64(m.allArgs), max(limit.Cur/4, 128<<10)))
	}
	if info := (unix.Sysinfo_t{}); unix.Sysinfo(&info) == nil {
		m.memory = int64(info.Totalram) * int64(info.Unit)
	}
	if stat := (unix.Statfs_t{}); unix.Statfs(path, &stat) == nil {
		m.disk = int64(stat.Blocks) * stat.Bsize
	}
	return m
}
