package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/sdk/fault"
)

// ErrCut is a connection that ended while a script ran: nothing tells how far the script came.
var ErrCut = errors.New("the connection ended")

// Shell runs the script: a lasting one in a session of its own, any other in a shell that stays on the connection. One that is left before it has ended is not
// killed, but loses its standard input and output.
func (s *SSH) Shell(ctx context.Context, script Script) error {
	for _, w := range []*io.Writer{&script.Stdout, &script.Stderr} {
		if *w != nil {
			output := &severable{w: *w}
			defer output.sever()
			*w = output
		}
	}
	return s.use(ctx, script.Name, func(l *link) error {
		release, err := l.place(ctx, script)
		if err != nil {
			return err
		}
		defer release()
		if !script.Lasting {
			return s.quick(ctx, l, script)
		}
		l.shells.leave(mostScripts - len(l.scripts))
		session, err := l.session(ctx)
		if err != nil {
			return err
		}
		defer session.Close()
		defer context.AfterFunc(ctx, func() { session.Close() })()
		return s.run(session, script)
	})
}

func (s *SSH) run(session *ssh.Session, script Script) error {
	stderr := &lastWords{copy: script.Stderr}
	session.Stdout, session.Stderr = script.Stdout, stderr
	stdin, err := session.StdinPipe()
	if err != nil {
		return err
	}
	if err := session.Start("exec /bin/sh -s"); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		return fault.Unavailable.New("%s: %s: %w", s, script.Name, err)
	}
	feeding := make(chan struct{})
	go func() {
		defer close(feeding)
		io.WriteString(stdin, script.Text)
	}()
	err = session.Wait()
	session.Close()
	<-feeding
	if err == nil {
		return nil
	}
	return s.failure(script.Name, err, stderr)
}

// failure tells how a session ended in which a script did not come to a good end; err is what [ssh.Session.Wait] returned.
func (s *SSH) failure(name string, err error, stderr *lastWords) error {
	var exit *ssh.ExitError
	var missing *ssh.ExitMissingError
	switch {
	case errors.As(err, &exit):
		return &ScriptError{Name: name, Code: exit.ExitStatus(), Signal: exit.Signal(), Stderr: stderr.String()}
	case err == nil, errors.As(err, &missing):
		return fault.Unavailable.New("%s: %w during %s", s, ErrCut, name)
	}
	return fault.Unavailable.New("%s: %s: %w", s, name, err)
}

// exited tells how a subshell ended: sh adds 128 to the number of a signal.
func exited(name string, code int, stderr *lastWords) error {
	if code == 0 {
		return nil
	}
	failed := &ScriptError{Name: name, Code: code, Stderr: stderr.String()}
	if signal := unix.SignalName(syscall.Signal(code - 128)); code > 128 && signal != "" {
		failed.Code, failed.Signal = 0, strings.TrimPrefix(signal, "SIG")
	}
	return failed
}
