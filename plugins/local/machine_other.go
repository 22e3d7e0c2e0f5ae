//go:build !linux

package main

// machine is what there is at most for a task; 0: unknown.
type machine struct {
	memory, disk int64
	// longestArg and allArgs bound a program's arguments and environment, in bytes with the NUL of each.
	longestArg, allArgs int
}

// thisMachine gives what holds on every other system that this driver runs on; memory and disk are left to each task's own luck there.
func thisMachine(string) machine { return machine{longestArg: 256 << 10, allArgs: 256 << 10} }
