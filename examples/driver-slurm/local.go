package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/sftp"

	"github.com/oceanid/oceanid/sdk/fault"
)

// local is this machine. Its files are served by an SFTP server within the process, so that the rest of the driver knows one way only.
type local struct{ *linker }

func newLocal() local { return local{newLinker(serveFiles)} }

func serveFiles(context.Context) (*link, error) {
	home, err := homeFolder()
	if err != nil {
		return nil, fault.Invalid.New("work_dir: the driver's account has no home folder: %w", err)
	}
	ours, theirs := net.Pipe()
	server, err := sftp.NewServer(theirs)
	if err != nil {
		return nil, err
	}
	l := newLink(func() { ours.Close() })
	l.home = home
	l.start(func() {
		defer close(l.gone)
		_ = server.Serve() // ends with the pipe
		server.Close()
	})
	if l.files, err = sftp.NewClientPipe(ours, ours); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// passed are the variables of the driver's environment that Slurm's commands get, and with them the jobs: nothing of Oceanid's own.
var passed = []string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "SLURM_CONF"}

func (m local) run(ctx context.Context, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); slices.Contains(passed, name) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	err := cmd.Run()
	exit := (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, &exit):
		return stdout.String(), &commandError{command: argv[0], status: exit.ExitCode(), stderr: stderr.String()}
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return "", &commandError{command: argv[0], status: 127, stderr: err.Error()}
	case err != nil:
		return "", fault.Unavailable.New("%s: %w", path.Base(argv[0]), err)
	}
	return stdout.String(), nil
}

// homeFolder is that of the driver's account; a driver's environment is small, and need not have $HOME.
func homeFolder() (string, error) {
	if home, err := os.UserHomeDir(); err == nil {
		return home, nil
	}
	me, err := user.Current()
	if err != nil {
		return "", err
	}
	return me.HomeDir, nil
}
