package launch

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dustin/go-humanize"
)

// Limits are what a driver may use of the machine, together with its children; 0 is unlimited. They guard the host against accidents, a leak or a loop
// that forks: a driver that means harm runs as the host's user and can do what that user can.
//
// On Linux, memory and processes are added up once a second over the driver's process group, and a driver that has more is killed with its group: its
// [Crash] says so. What comes faster than that the kernel refuses: a process may map little more memory than the limit, and open no more files. A child
// that leaves the process group is not counted. Elsewhere there are no limits: see [Limits.Unenforced].
type Limits struct {
	// Memory is in bytes, as what is resident or swapped out and not a file's. A Go driver is told nine tenths of it as GOMEMLIMIT, unless its
	// environment says otherwise.
	Memory int64
	// Files is how many files each of its processes may have open.
	Files int64
	// Processes is how many processes and threads it may have. A Go program has about ten threads.
	Processes int64
}

// lookEvery is how often a driver is measured; a fork bomb makes some thousands of processes in that time.
const lookEvery = time.Second

// hint is what a Go driver is told of its memory, so that it collects garbage before it dies of it.
func (s Spec) hint() []string {
	const name = "GOMEMLIMIT"
	if _, said := s.Env[name]; said || s.Limits.Memory == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s=%d", name, s.Limits.Memory/10*9)}
}

// broken says which limit is exceeded by what a driver uses; "": none.
func (l Limits) broken(u usage) string {
	switch {
	case l.Memory > 0 && u.memory > l.Memory:
		return fmt.Sprintf("it used %s of memory, with its children, and its limits allow %s", humanize.IBytes(uint64(u.memory)), humanize.IBytes(uint64(l.Memory)))
	case l.Processes > 0 && u.processes > l.Processes:
		return fmt.Sprintf("it had %d processes and threads, and its limits allow %d", u.processes, l.Processes)
	}
	return ""
}

// usage is what a driver uses, together with its process group.
type usage struct{ memory, processes int64 }

var (
	noMemory = regexp.MustCompile(`(?i)out of memory|cannot allocate memory|MemoryError|bad_alloc`)
	noFiles  = regexp.MustCompile(`(?i)too many open files`)
)

// refused says which limit a driver has probably met that ended by itself with these words.
func (l Limits) refused(words string) string {
	switch {
	case l.Memory > 0 && noMemory.MatchString(words):
		return "its limits allow " + humanize.IBytes(uint64(l.Memory)) + " of memory"
	case l.Files > 0 && noFiles.MatchString(words):
		return fmt.Sprintf("its limits allow %d open files", l.Files)
	}
	return ""
}
