package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// awaitZombie waits until the child has ended and leaves it unreaped.
func awaitZombie(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}

// birthOf tells one life of a process number from all others: the machine's boot and the clock tick at which the process began. A zombie
// is not there any more.
func birthOf(pid int) (birth string, there bool) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", false
	}
	// proc_pid_stat(5): the name, in parentheses, may hold anything; after it come the state as field 3, the number of threads as field 20 and the start
	// time as field 22. The main thread may be a zombie while others run on.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return "", false
	}
	ended := fields[0] == "X" || fields[0] == "Z" && (fields[17] == "0" || fields[17] == "1")
	return bootID() + "/" + fields[19], !ended
}

// alive tells whether the process with that number is still the one that had that birth.
func alive(pid int, birth string) bool {
	now, there := birthOf(pid)
	return there && now == birth
}

func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// signalMarked signals the process if it was started with all of these environment variables.
func signalMarked(pid int, mark []string, sig syscall.Signal) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer process.Release()
	// The handle is of one process and no later one with its number; that it is ours must be seen once more, now that it is held.
	return hasMark(pid, mark) && process.Signal(sig) == nil
}

// marked are the processes that were started with all of these environment variables.
func marked(mark []string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && hasMark(pid, mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func hasMark(pid int, mark []string) bool {
	environ, err := environOf(pid)
	if err != nil {
		return false
	}
	variables := strings.Split(string(environ), "\x00")
	for _, m := range mark {
		if !slices.Contains(variables, m) {
			return false
		}
	}
	return true
}

// environOf reads what the process was started with. While its program is being replaced it has nothing to show: that is awaited, for what is overlooked then
// is neither stopped nor killed.
func environOf(pid int) ([]byte, error) {
	var seen layout
	for since := time.Now(); ; time.Sleep(100 * time.Microsecond) {
		environ, err := readAtOnce(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err != nil || len(environ) > 0 {
			return environ, err
		}
		now := layoutOf(pid)
		if now != seen {
			seen, since = now, time.Now()
		}
		if time.Since(since) >= now.patience() {
			return nil, nil
		}
	}
}

// readAtOnce reads a file in one read(2): what /proc tells in a second one may be of another program, or be gone.
func readAtOnce(path string) ([]byte, error) {
	for size := 8 << 10; ; size *= 4 {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		content := make([]byte, size)
		n, err := f.Read(content)
		f.Close()
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if err != nil || n < size {
			return content[:n], err
		}
	}
}

// layout is what proc_pid_stat(5) has as fields 23, 50 and 51: how much memory a process has, and where its environment begins and ends.
type layout struct{ memory, begin, end string }

func layoutOf(pid int) (l layout) {
	stat, err := readAtOnce(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return l
	}
	if fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(fields) >= 49 {
		l = layout{memory: fields[20], begin: fields[47], end: fields[48]}
	}
	return l
}

// patience is for how long a process that shows no environment, and has this layout, may yet be found to have one. Within execve(2) the environment has no place
// from when the old memory is gone until the new one is laid out, which takes as long as the file system takes. Then for an instant it has a place and no length,
// as one that is empty has for good. A zombie and a thread of the kernel have no memory.
func (l layout) patience() time.Duration {
	switch {
	case l.memory == "" || l.memory == "0":
		return 0
	case l.end != "0" && l.begin == l.end:
		return 2 * time.Millisecond
	}
	return time.Second
}
