package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// hostPath is where this machine's own tools are, whatever the owner's PATH.
const hostPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// hostCommand is a command on this machine.
func hostCommand(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/usr/bin/env", append([]string{"PATH=" + hostPath, name}, args...)...)
	cmd.WaitDelay = waitDelay
	return cmd
}

// Command prepares a command that runs in the lab as the user, "root" too, in
// the user's home with the user's own environment and nothing of the caller's.
// Standard streams are the caller's to set, as with [exec.CommandContext]. When
// ctx ends, the command and what it started in its process group is killed.
func (l *Lab) Command(ctx context.Context, user string, argv ...string) *exec.Cmd {
	enter := []string{
		"--target", fmt.Sprint(l.box.pid()), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd",
		"/usr/bin/setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env",
		"/bin/sh", "-c", `cd && exec "$@"`, "sh",
	}
	cmd := hostCommand(ctx, "nsenter", append(enter, argv...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	if !l.box.alive() {
		cmd.Err = errStopped
	}
	return cmd
}
