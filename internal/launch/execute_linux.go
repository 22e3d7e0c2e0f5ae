package launch

import (
	"errors"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// into makes cmd execute the open descriptor, as the descriptor that follows cmd's others, and gives the variable that tells the driver. A script's
// interpreter opens it by the same name.
func (e *executable) into(cmd *exec.Cmd) []string {
	number := strconv.Itoa(3 + len(cmd.ExtraFiles))
	cmd.Path = "/proc/self/fd/" + number
	cmd.ExtraFiles = append(cmd.ExtraFiles, e.file)
	return []string{handshake.EnvExecutable + "=" + number}
}

// check tells whether descriptors can be executed here.
func (e *executable) check() error {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return errors.New("/proc is not mounted, and a driver is executed by its descriptor in /proc/self/fd: mount it")
	}
	return nil
}

// waitUnreaped waits for the end of a child and leaves it to be reaped. False: this system cannot.
func waitUnreaped(pid int) bool {
	for {
		switch err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil); {
		case errors.Is(err, unix.EINTR):
		default:
			return err == nil
		}
	}
}
