package access

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk/fault"
)

// ErrCut is a connection that ended while a script ran: nothing tells how far the script came.
var ErrCut = errors.New("the connection ended")

// Shell runs the script in a session of its own. One that is left before it has ended is not killed, but loses its standard input and output.
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
		if !script.Lasting {
			stdin.Close()
		}
	}()
	err = session.Wait()
	session.Close()
	<-feeding
	var exit *ssh.ExitError
	var missing *ssh.ExitMissingError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		return &ScriptError{Name: script.Name, Code: exit.ExitStatus(), Signal: exit.Signal(), Stderr: stderr.String()}
	case errors.As(err, &missing):
		return fault.Unavailable.New("%s: %w during %s", s, ErrCut, script.Name)
	}
	return fault.Unavailable.New("%s: %s: %w", s, script.Name, err)
}
