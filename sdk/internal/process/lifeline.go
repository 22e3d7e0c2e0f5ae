package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/hashicorp/go-plugin"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// holdLifeline watches the descriptor whose end is the host's death, for as long as the process lives. Asking for the parent's number now and then would
// be slower, and wrong in a container whose init is the host.
func holdLifeline() error {
	line, err := inherited(handshake.EnvLifeline)
	if err != nil {
		return err
	}
	go func() {
		var b [1]byte
		for {
			if n, err := line.Read(b[:]); n == 0 && err != nil {
				break
			}
		}
		die()
	}()
	return nil
}

// die ends this process and its children without a word to anybody: the host is gone.
func die() {
	clearAway()
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(1)
}

// clearAway removes what was made for this process, in case that the host cannot any more.
func clearAway() {
	sockets := os.Getenv(plugin.EnvUnixSocketDir)
	if sockets == "" {
		return
	}
	_ = os.RemoveAll(sockets)
	// What holds the socket's folder belongs to this launch too, if it is where the keys were.
	if keys := os.Getenv(handshake.EnvTLS); filepath.Dir(keys) == filepath.Dir(sockets) {
		_ = os.Remove(keys)
		_ = os.Remove(filepath.Dir(sockets))
	}
}

// adopt takes over what the host left open for executing this program, and gives the process a name: one that was executed by its descriptor is
// called after the number of it.
func adopt() {
	exe, err := inherited(handshake.EnvExecutable)
	if err != nil {
		return
	}
	_ = exe.Close()
	_ = os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
}

// inherited is the descriptor whose number is in a variable. The process's children do not get it.
func inherited(variable string) (*os.File, error) {
	number, err := strconv.Atoi(os.Getenv(variable))
	if err != nil || number < 3 {
		return nil, fmt.Errorf("%s is %q, not the number of a descriptor", variable, os.Getenv(variable))
	}
	syscall.CloseOnExec(number)
	// A descriptor that does not block is waited for by the runtime's poller and keeps no thread.
	if err := syscall.SetNonblock(number, true); err != nil {
		return nil, fmt.Errorf("%s: descriptor %d: %w", variable, number, err)
	}
	return os.NewFile(uintptr(number), variable), nil
}
