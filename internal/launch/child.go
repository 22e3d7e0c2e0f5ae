package launch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin/runner"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// pipesLinger is how long a driver's pipes are read after its end: only somebody who left its process group can still hold them open.
const pipesLinger = 250 * time.Millisecond

// child is the driver's process as go-plugin wants to see it. It owns the process group, the pipes and the lifeline.
type child struct {
	spec   Spec
	exe    *executable
	folder string
	keys   string // path of the TLS file
	logs   *logs
	links  *links

	cmd     *exec.Cmd
	hello   *io.PipeReader // where go-plugin reads the handshake, once it has been checked
	readers sync.WaitGroup
	ended   chan struct{} // closed when the process is reaped
	gone    chan struct{} // closed when its pipes are read as well

	// Set before gone is closed, to be read after.
	refused  error // why there was no handshake, unless the process just ended
	exitCode int
	signal   string

	mu       sync.Mutex
	pid      int
	reaped   bool
	killed   bool   // by force
	exceeded string // the limit that it was killed for, in words
}

func newChild(s Spec, exe *executable, folder, keys string) *child {
	return &child{
		spec: s, exe: exe, folder: folder, keys: keys, logs: &logs{to: s.Log, hide: s.Hide}, links: new(links),
		ended: make(chan struct{}), gone: make(chan struct{}),
	}
}

// adopt is go-plugin's RunnerFunc: cmd has the environment that go-plugin gives.
func (c *child) adopt(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
	c.cmd = &exec.Cmd{
		// For `ps`, and for a driver that asks for its own name; what is executed is decided in Start.
		Args:        []string{c.spec.Path},
		Env:         cmd.Env,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	return c, nil
}

// Start starts the process.
func (c *child) Start(context.Context) error {
	p, err := newPipes()
	if err != nil {
		return err
	}
	defer p.closeTheirs()
	c.cmd.Stdout, c.cmd.Stderr = p.theirs.stdout, p.theirs.stderr
	c.cmd.ExtraFiles = []*os.File{p.theirs.lifeline} // descriptor 3
	shake := append(c.cmd.Env,
		handshake.EnvTLS+"="+c.keys,
		handshake.EnvLifeline+"=3",
		handshake.EnvLogLevel+"="+c.spec.Level.String(),
	)
	shake = append(shake, c.exe.into(c.cmd)...)
	c.cmd.Env = environment(os.Environ(), c.spec.Env, append(shake, c.spec.hint()...)...)
	if err := c.execute(); err != nil {
		p.close()
		return err
	}
	hello, helloTo := io.Pipe()
	c.hello = hello
	c.readers.Go(func() { c.readStdout(&paced{p.stdout, pace{ended: c.ended}}, helloTo) })
	c.readers.Go(func() { c.logs.read(&paced{p.stderr, pace{ended: c.ended}}) })
	c.readers.Go(c.guard)
	go c.reap(p)
	return nil
}

// execute forks, unless the start was given up before.
func (c *child) execute() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.killed {
		return context.Canceled
	}
	begun, late, err := c.spec.Limits.begin(c.cmd)
	if err != nil {
		return c.spec.startError(err)
	}
	if late != nil {
		c.spec.Log.Warn("the driver's limits were set a moment after it began: this system forbids to trace processes", "error", late)
	}
	c.cmd, c.pid = begun, begun.Process.Pid
	return nil
}

// started tells whether there is, or was, a process.
func (c *child) started() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid != 0
}

func (c *child) readStdout(stdout io.Reader, to *io.PipeWriter) {
	in := bufio.NewReader(stdout)
	line, socket, err := readHello(in, c.folder)
	switch {
	case err == nil:
		c.links.to(socket)
		_, _ = io.WriteString(to, line)
	case !errors.Is(err, io.EOF):
		c.refused = err
	}
	_ = to.Close()
	c.logs.read(in)
}

// reap waits for the end of the process, ends what is left of its group, and closes everything that the host held of it.
func (c *child) reap(p *pipes) {
	// A process that was not reaped yet keeps its number, so the group that is killed is still its own.
	unreaped := waitUnreaped(c.pid)
	if !unreaped {
		_ = c.cmd.Wait()
	}
	c.mu.Lock()
	_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	c.reaped = true
	c.mu.Unlock()
	close(c.ended)
	if unreaped {
		_ = c.cmd.Wait()
	}
	c.links.cut()
	c.exitCode = c.cmd.ProcessState.ExitCode()
	// Where something else in this program reaps every child, how this one ended is lost.
	if c.cmd.ProcessState != nil {
		if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			c.signal = status.Signal().String()
		}
	}
	p.hurry(pipesLinger)
	// Nobody may be reading the handshake any more.
	_ = c.hello.Close()
	c.readers.Wait()
	p.close()
	close(c.gone)
}

// send sends a signal to the whole process group, unless it has ended. A process that is killed before it was started is not started.
func (c *child) send(signal syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reaped {
		return
	}
	c.killed = c.killed || signal == syscall.SIGKILL
	if c.pid != 0 {
		_ = syscall.Kill(-c.pid, signal)
	}
}

// forced tells, after gone, whether the process ended by the host's force, and not for a limit.
func (c *child) forced() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.killed && c.exceeded == "" && c.signal == syscall.SIGKILL.String()
}

// Kill ends the process group by force.
func (c *child) Kill(context.Context) error {
	c.send(syscall.SIGKILL)
	return nil
}

// Wait waits for the end of the process.
func (c *child) Wait(context.Context) error {
	<-c.gone
	return nil
}

// Stdout has the handshake, if it was one.
func (c *child) Stdout() io.ReadCloser { return c.hello }

// Stderr has nothing: package launch reads the log itself.
func (c *child) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// ID is the process's number.
func (c *child) ID() string { return strconv.Itoa(c.pid) }

// Name is the executable's path.
func (c *child) Name() string { return c.spec.Path }

// Diagnose has nothing to add to what package launch says itself.
func (c *child) Diagnose(context.Context) string { return "" }

// PluginToHost changes nothing: both live on one machine.
func (c *child) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin changes nothing either.
func (c *child) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

var _ runner.Runner = (*child)(nil)
