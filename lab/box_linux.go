package lab

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

//go:embed scripts/boot.sh
var bootScript string

// box is a booted but empty lab: namespaces over the root, and the process
// that holds them. Everything in it ends with that process, and that process
// with the lifeline.
type box struct {
	init     *exec.Cmd
	lifeline *os.File      // held open: its end is the box's end
	said     *os.File      // what the boot says on standard output
	stderr   *bytes.Buffer // of the boot; to be read when gone is closed
	gone     chan struct{} // closed when no process of the box is left
}

// startBox starts the boot; [box.waitReady] waits for its end. The caller must
// stop the box.
func startBox(root, mountPoint string) (*box, error) {
	life, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make the lab's lifeline: %w", err)
	}
	defer life.Close()
	said, say, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot make a pipe: %w", err), lifeline.Close())
	}
	defer say.Close()

	stderr := new(bytes.Buffer)
	cmd := exec.Command("/bin/sh", "-c", bootScript)
	cmd.Env = []string{"PATH=" + hostPath, "ROOT=" + root, "MNT=" + mountPoint}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = life, say, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWNET,
		// Away from the owner's terminal: Ctrl-C is the owner's to handle.
		Setsid: true,
	}
	if err := cmd.Start(); err != nil {
		err = fmt.Errorf("cannot make the lab's namespaces (in a container, run it privileged): %w", err)
		return nil, errors.Join(err, lifeline.Close(), said.Close())
	}
	b := &box{init: cmd, lifeline: lifeline, said: said, stderr: stderr, gone: make(chan struct{})}
	go func() {
		defer close(b.gone)
		_ = b.init.Wait() // it was killed, as a rule: how it ended tells nothing
	}()
	return b, nil
}

// waitReady returns when the boot is done.
func (b *box) waitReady(ctx context.Context) error {
	defer context.AfterFunc(ctx, b.kill)()
	said, err := io.ReadAll(b.said)
	if err == nil && string(said) == "ready\n" {
		return nil
	}
	<-b.gone
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("the lab did not boot (in a container, run it privileged): %s", tail(b.stderr.Bytes(), 5))
}

// stop ends every process of the box and returns when all are gone.
func (b *box) stop() error {
	b.kill()
	<-b.gone
	return errors.Join(b.said.Close(), b.lifeline.Close())
}

func (b *box) kill() { _ = b.init.Process.Kill() } // fails only when it is gone already

func (b *box) pid() int { return b.init.Process.Pid }

// alive says whether the box still has its first process.
func (b *box) alive() bool {
	select {
	case <-b.gone:
		return false
	default:
		return true
	}
}
