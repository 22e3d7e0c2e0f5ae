package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// program is the file that a task's command means: a name is looked up in path, the PATH of the task; anything else stands for itself, "./NAME"
// in the working directory.
func program(command, path string) (string, error) {
	if strings.Contains(command, "/") {
		return command, nil
	}
	forbidden := ""
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		file := filepath.Join(dir, command)
		info, err := os.Stat(file)
		switch {
		case err != nil || info.IsDir():
		case info.Mode()&0o111 == 0:
			forbidden = file
		default:
			return file, nil
		}
	}
	if forbidden != "" {
		return "", fmt.Errorf("command %q cannot be executed: make it executable", short(forbidden))
	}
	return "", fmt.Errorf("command not found: %q is in no folder of the PATH %q", short(command), short(path))
}

// start runs the task's program in its working directory, in a session and so a process group of its own.
func start(ctx context.Context, k *kept, task int, work string, files [3]*os.File) (*process, error) {
	env, path := k.environment(task)
	file, err := program(string(k.Command), path)
	if err != nil {
		return nil, err
	}
	attr := &os.ProcAttr{Dir: work, Env: env, Files: files[:], Sys: &syscall.SysProcAttr{Setsid: true}}
	own, err := startPatiently(ctx, file, k.argv(task), attr)
	if err != nil {
		return nil, notStarted(string(k.Command), work, err)
	}
	p := &process{pid: own.Pid, born: time.Now(), own: own, mark: k.ownVariables(task)}
	p.birth, _ = birthOf(p.pid)
	return p, nil
}

// startPatiently tries again for some seconds what may pass: a program that was just written may be open for writing for a moment in another child of this process between its
// fork and its exec (golang.org/issue/22315), and a machine may be short of processes.
func startPatiently(ctx context.Context, file string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	for pause := time.Millisecond; ; pause *= 2 {
		p, err := os.StartProcess(file, argv, attr)
		passing := errors.Is(err, syscall.ETXTBSY) || errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOMEM)
		if !passing || pause > 4*time.Second {
			return p, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// notStarted says in words why a program could not be executed.
func notStarted(command, work string, err error) error {
	file := command
	if !filepath.IsAbs(file) {
		file = filepath.Join(work, file)
	}
	errno := syscall.Errno(0)
	if !errors.As(err, &errno) {
		return err
	}
	info, statErr := os.Stat(file)
	command = short(command)
	switch {
	case errno == syscall.ENOENT && statErr == nil:
		return fmt.Errorf("command %q cannot be executed: the interpreter that its first line names does not exist", command)
	case errno == syscall.ENOENT:
		return fmt.Errorf("command not found: there is no file %q", command)
	case errno == syscall.EACCES && statErr == nil && info.Mode()&fs.ModePerm&0o111 == 0:
		return fmt.Errorf("command %q cannot be executed: its mode is %#o: make it executable", command, info.Mode().Perm())
	case errno == syscall.ENOEXEC:
		return fmt.Errorf("command %q cannot be executed: it is neither a program of this machine nor a script that names its interpreter", command)
	}
	return fmt.Errorf("command %q cannot be executed: %w", command, errno)
}

// short is what of a text goes into a reason for people.
func short(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
