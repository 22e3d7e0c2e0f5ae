//go:build unix && !linux

package launch

import (
	"errors"
	"os"
	"os/exec"
)

// into makes cmd execute the file by its path: there is no way to execute a descriptor that every Unix has.
func (e *executable) into(cmd *exec.Cmd) []string {
	cmd.Path = e.file.Name()
	return nil
}

// check tells whether the path still leads to the file that was opened. It leaves a gap that only Linux can close.
func (e *executable) check() error {
	opened, err := e.file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(e.file.Name())
	if err != nil {
		return err
	}
	if !os.SameFile(opened, named) {
		return errors.New("it was replaced while it was being checked: try again")
	}
	return nil
}

func waitUnreaped(int) bool { return false }
