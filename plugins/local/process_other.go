//go:build !linux

package main

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// awaitZombie cannot be done here: the child is reaped at once.
func awaitZombie(int) bool { return false }

// birthOf tells one life of a process number from others by the second in which the process began. A zombie is not there any more.
func birthOf(pid int) (birth string, there bool) {
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", false
	}
	state, began, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return strings.TrimSpace(began), state != "" && !strings.HasPrefix(state, "Z")
}

// alive tells whether the process with that number is still the one that had that birth.
func alive(pid int, birth string) bool {
	now, there := birthOf(pid)
	return there && now == birth
}

// marked cannot be told here: what leaves a task's process group is left alone.
func marked([]string) []int { return nil }

func signalMarked(int, []string, syscall.Signal) bool { return false }
