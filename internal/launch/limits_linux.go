package launch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// mappedBeside is how much more a process may map than it may use: thread stacks and what an allocator holds ready.
	mappedBeside = 256 << 20
	// trapTime is far longer than a process takes to stop at its first instruction.
	trapTime = 5 * time.Second
)

// Unenforced says, a sentence each, what of the limits does not hold on this machine; nil: all does.
func (l Limits) Unenforced() []string {
	var said []string
	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &own); err == nil && l.Files > 0 && uint64(l.Files) > own.Max {
		said = append(said, fmt.Sprintf("the limit of %d open files does not hold: the host itself may not open more than %d", l.Files, own.Max))
	}
	stat, _ := os.ReadFile("/proc/self/stat")
	status, _ := os.ReadFile("/proc/self/status")
	return append(said, l.unmeasured(stat, status, unix.Getpgrp())...)
}

// unmeasured says which limits cannot be measured on a system that says this of a process of a group. One that lives uses some of everything.
func (l Limits) unmeasured(stat, status []byte, group int) (said []string) {
	threads, counted := member(stat, group)
	counted = counted && threads > 0
	if l.Memory > 0 && (!counted || memory(status) == 0) {
		said = append(said, "the limit of memory does not hold for what a driver and its children use together: /proc of this system does not tell that")
	}
	if l.Processes > 0 && !counted {
		said = append(said, fmt.Sprintf("the limit of %d processes does not hold: /proc of this system does not tell how many a driver has", l.Processes))
	}
	return said
}

// rlimits are the limits that the kernel enforces. None is above the host's own, which hold in any case.
func (l Limits) rlimits() map[int]unix.Rlimit {
	set := map[int]unix.Rlimit{}
	limit := func(which int, to int64) {
		var own unix.Rlimit
		if to == 0 || unix.Getrlimit(which, &own) != nil {
			return
		}
		most := min(uint64(to), own.Max)
		set[which] = unix.Rlimit{Cur: most, Max: most}
	}
	limit(unix.RLIMIT_NOFILE, l.Files)
	if l.Memory > 0 {
		limit(unix.RLIMIT_DATA, l.Memory+mappedBeside)
	}
	return set
}

// begin starts cmd under the limits. A traced process stops before its first instruction, and gets its limits there: Go programs look at them at once, and
// give what they have seen to their children. late says why that was not possible, and that the limits came a moment after.
func (l Limits) begin(cmd *exec.Cmd) (begun *exec.Cmd, late, err error) {
	set := l.rlimits()
	if len(set) == 0 {
		return cmd, nil, cmd.Start()
	}
	// Only the thread that started a traced process may let it go.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	traced := *cmd.SysProcAttr
	traced.Ptrace = true
	begun = &exec.Cmd{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Stdout: cmd.Stdout, Stderr: cmd.Stderr, ExtraFiles: cmd.ExtraFiles, SysProcAttr: &traced}
	err = begun.Start()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) {
		// A container's policy may forbid to trace.
		begun, late, err = cmd, err, cmd.Start()
	}
	if err != nil {
		return begun, nil, err
	}
	for which, limit := range set {
		err = errors.Join(err, unix.Prlimit(begun.Process.Pid, which, &limit, nil))
	}
	if late == nil {
		err = errors.Join(err, letGo(begun.Process.Pid))
	}
	if err != nil {
		_ = syscall.Kill(-begun.Process.Pid, syscall.SIGKILL)
		_ = begun.Wait()
		// What is forbidden is this, and not to execute the file.
		return begun, nil, fmt.Errorf("its limits cannot be set: %v", err)
	}
	return begun, late, nil
}

// letGo makes a traced process run, once it has stopped.
func letGo(pid int) error {
	for until := time.Now().Add(trapTime); ; time.Sleep(50 * time.Microsecond) {
		err := unix.PtraceDetach(pid)
		if !errors.Is(err, unix.ESRCH) || time.Now().After(until) {
			return err
		}
	}
}
