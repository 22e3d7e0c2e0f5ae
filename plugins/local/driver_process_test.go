package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// driverProcess is a driver in a process of its own, as a host runs it: it submits the jobs that the lines of its standard input name, as "TOKEN
// TASKS SCRIPT", says so for each, and goes on watching until it is killed.
func driverProcess(args []string) int {
	err := func() error {
		d, err := newDriver(context.Background(), args[0], settings{Slots: 20, Linger: 1}, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			job := scheduler.Job{Command: "sh", Array: &scheduler.Array{}}
			words := strings.SplitN(lines.Text(), " ", 3)
			job.Token, job.Args = words[0], []string{"-c", words[2]}
			if _, err := fmt.Sscan(words[1], &job.Array.Count); err != nil {
				return err
			}
			if _, err := d.Submit(context.Background(), job); err != nil {
				return err
			}
			fmt.Println("submitted", job.Token)
		}
		return d.Watch(context.Background(), "", func(scheduler.Event) error { return nil })
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// startDriver starts a driver in a process of its own, which leads a process group as one that a host starts does. What it says comes line by line until it ends.
func startDriver(t *testing.T, dir string, jobs string) (said <-chan string, kill func()) {
	t.Helper()
	c := exec.Command(testProgram(t), "driver", dir)
	c.Stdin, c.Stderr = strings.NewReader(jobs), t.Output()
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return lines, func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		for range lines {
		}
		c.Wait()
	}
}
