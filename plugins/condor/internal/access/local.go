package access

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Local is this machine as an access point.
type Local struct {
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex // between the last call and Close
	calls sync.WaitGroup
}

// NewLocal makes it. Close ends what it runs.
func NewLocal() *Local {
	l := &Local{}
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	return l
}

var errClosed = fault.Unavailable.New("the connection to the access point has been closed")

// String is "this machine".
func (l *Local) String() string { return "this machine" }

// Close ends the scripts that run.
func (l *Local) Close() error {
	l.mu.Lock()
	l.cancel(errClosed)
	l.mu.Unlock()
	l.calls.Wait()
	return nil
}

// enter begins a call, unless the point is closed.
func (l *Local) enter() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil {
		return errClosed
	}
	l.calls.Add(1)
	return nil
}

// Shell runs the script in a process group of its own, which ends with ctx.
func (l *Local) Shell(ctx context.Context, s Script) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.calls.Done()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(l.ctx, func() { stop(errClosed) })()

	cmd := exec.CommandContext(ctx, "/bin/sh", "-s")
	stderr := &lastWords{copy: s.Stderr}
	cmd.Stdout, cmd.Stderr = s.Stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// What the script left running may hold its output open.
	cmd.WaitDelay = 3 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fault.Unavailable.New("%s: %w", s.Name, err)
	}
	feeding := make(chan struct{})
	go func() {
		defer close(feeding)
		io.WriteString(stdin, s.Text)
		if !s.Lasting {
			stdin.Close()
		}
	}()
	err = cmd.Wait()
	stdin.Close()
	<-feeding
	if ctx.Err() != nil {
		return ended(ctx, s.Name)
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		failed := &ScriptError{Name: s.Name, Code: max(exit.ExitCode(), 0), Stderr: stderr.String()}
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			failed.Signal = strings.TrimPrefix(unix.SignalName(status.Signal()), "SIG")
		}
		return failed
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		// Its output may have been cut off: by what it left running, or because the machine is too busy to read it.
		return fault.Unavailable.New("%s: %w during %s", l, ErrCut, s.Name)
	}
	return err
}

// ended tells why a call that ctx ended did not come to its own end.
func ended(ctx context.Context, what string) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.DeadlineExceeded) {
		return fault.Timeout.New("%s: the time given ran out: %w", what, cause)
	}
	if errors.Is(cause, context.Canceled) {
		return fault.Cancelled.New("%s: %w", what, cause)
	}
	return cause
}

// Put writes beside the file and renames.
func (l *Local) Put(ctx context.Context, path, scratch string, mode fs.FileMode, r io.Reader) error {
	return put(ctx, localTree{}, path, scratch, mode, r)
}

// Open opens a file of this machine.
func (l *Local) Open(_ context.Context, path string) (File, error) { return os.Open(path) }

// localTree is this machine's files.
type localTree struct{}

func (localTree) create(path string) (writable, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}
func (localTree) mkdirAll(path string) error   { return os.MkdirAll(path, 0o700) }
func (localTree) rename(from, to string) error { return os.Rename(from, to) }
func (localTree) remove(path string) error     { return os.Remove(path) }
