package drivertest_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// run runs one task to its end.
func (p *pool) run(j *poolJob, t *poolTask) {
	state, reason, exit := p.execute(j, t)
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.cancel {
		state, reason, exit = scheduler.Cancelled, "cancelled by a user", nil
	}
	p.free++
	p.tell(t, state, reason, exit)
	p.advance()
}

func (p *pool) execute(j *poolJob, t *poolTask) (scheduler.State, string, *scheduler.Exit) {
	c, err := p.prepare(j, t)
	if err != nil {
		return scheduler.Failed, err.Error(), nil
	}
	defer c.Stdout.(*os.File).Close()
	defer c.Stderr.(*os.File).Close()
	if in, ok := c.Stdin.(*os.File); ok {
		defer in.Close()
	}
	if err := c.Start(); err != nil {
		return scheduler.Failed, "command not found: " + err.Error(), nil
	}
	kill := func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	p.mu.Lock()
	t.kill = kill
	t.signal = func(signal syscall.Signal) { _ = syscall.Kill(-c.Process.Pid, signal) }
	if t.cancel {
		kill()
	}
	p.mu.Unlock()
	late := false
	if limit := t.job.Resources.RunTime; limit > 0 {
		timer := time.AfterFunc(limit, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			late = true
			kill()
		})
		defer timer.Stop()
	}
	err = c.Wait()
	// What it has left in the background, before the number of its group is free again.
	kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	t.kill, t.signal = nil, nil
	if late {
		return scheduler.Failed, "it ran longer than its limit", &scheduler.Exit{Signal: int(syscall.SIGKILL)}
	}
	return verdict(err)
}

// verdict is what a task's end means.
func verdict(err error) (scheduler.State, string, *scheduler.Exit) {
	var ended *exec.ExitError
	switch {
	case err == nil:
		return scheduler.Succeeded, "", &scheduler.Exit{}
	case !errors.As(err, &ended):
		return scheduler.Failed, err.Error(), nil
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return scheduler.Failed, fmt.Sprintf("signal %d", status.Signal()), &scheduler.Exit{Signal: int(status.Signal())}
	}
	return scheduler.Failed, fmt.Sprintf("exit code %d", ended.ExitCode()), &scheduler.Exit{Code: ended.ExitCode()}
}

// prepare makes the task's folder and command.
func (p *pool) prepare(j *poolJob, t *poolTask) (*exec.Cmd, error) {
	work := workDir(p.dir, j.token, t.status.Task)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return nil, err
	}
	for _, in := range t.job.Inputs {
		content, err := os.ReadFile(filepath.Join(uploads(p.dir, t.job.Token), in.Name))
		if err != nil {
			return nil, err
		}
		to := filepath.Join(work, in.Name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return nil, err
		}
		if err := place(to, content, os.FileMode(in.Mode).Perm()); err != nil {
			return nil, err
		}
	}
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", scheduler.EnvToken + "=" + t.job.Token,
		fmt.Sprintf("%s=%d", scheduler.EnvTaskIndex, t.job.TaskIndex(t.index)), fmt.Sprintf("%s=%d", scheduler.EnvTaskCount, t.job.Tasks()),
	}
	for name, value := range t.job.Env {
		env = append(env, name+"="+value)
	}
	c := &exec.Cmd{Path: t.job.Command, Args: append([]string{t.job.Command}, t.job.TaskArgs(t.index)...), Env: env, Dir: work}
	if !strings.Contains(t.job.Command, "/") {
		c.Path = lookFor(t.job.Command, env)
	}
	if local, ok := strings.CutPrefix(t.job.Command, "./"); ok {
		c.Path = filepath.Join(work, local)
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if t.job.Stdin != "" {
		in, err := os.Open(filepath.Join(work, t.job.Stdin))
		if err != nil {
			return nil, err
		}
		c.Stdin = in
	}
	out, err := os.Create(filepath.Join(filepath.Dir(work), "stdout"))
	if err != nil {
		return nil, err
	}
	errs, err := os.Create(filepath.Join(filepath.Dir(work), "stderr"))
	if err != nil {
		return nil, err
	}
	c.Stdout, c.Stderr = out, errs
	return c, nil
}

// place writes a file that may be executed at once.
func place(path string, content []byte, mode os.FileMode) error {
	// A process that is forked meanwhile holds the file open for writing, and what is open for writing cannot be executed.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}
