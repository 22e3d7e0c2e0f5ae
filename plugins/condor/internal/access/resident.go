package access

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"
)

// resident is a shell that stays on the connection. A script that it runs costs one round trip; one in a session of its own costs three, and sshd a process, a
// login shell and whatever that one's startup files do.
//
// Each script is one compound command, a subshell: sh reads all of it before it does any of it, so that one that arrives cut short does nothing, and what
// a script changes for itself (its folder, its variables, what it has open) ends with it. What it prints ends with a mark that it cannot know.
type resident struct {
	session        *ssh.Session
	stdin          io.WriteCloser
	stdout, stderr *bufio.Reader
	ended          chan struct{} // closed when it has, with exit
	exit           error
	since          time.Time // idle since then
}

// newResident starts one in the session. Its caller calls attend.
func newResident(session *ssh.Session) (*resident, error) {
	r := &resident{session: session, ended: make(chan struct{})}
	stdout, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := session.StderrPipe()
	if err != nil {
		return nil, err
	}
	if r.stdin, err = session.StdinPipe(); err != nil {
		return nil, err
	}
	r.stdout, r.stderr = bufio.NewReader(stdout), bufio.NewReader(stderr)
	return r, session.Start("exec /bin/sh -s")
}

// attend waits for its end.
func (r *resident) attend() {
	r.exit = r.session.Wait()
	close(r.ended)
}

func (r *resident) alive() bool {
	select {
	case <-r.ended:
		return false
	default:
		return true
	}
}

// errShellEnded is a shell that ended before the script did.
var errShellEnded = errors.New("the shell ended")

// run runs a script, and returns how it exited. After an error the shell is in a state that nobody knows: it must not be used again.
func (r *resident) run(text string, stdout, stderr io.Writer) (code int, err error) {
	mark := rand.Text()
	complaints := make(chan error, 1)
	go func() {
		_, err := copyUntil(stderr, r.stderr, mark)
		complaints <- err
	}()
	// The mark begins a line of its own, whatever the script has printed.
	_, err = fmt.Fprintf(r.stdin, "(\n%s\n) </dev/null\necho \"\n%s $?\"\necho \"\n%s\" >&2\n", text, mark, mark)
	var status string
	if err != nil {
		err = fmt.Errorf("%w: %w", errShellEnded, err)
	} else if status, err = copyUntil(stdout, r.stdout, mark); err == nil {
		_, err = fmt.Sscan(status, &code)
	}
	if err != nil {
		// It ends what is still read of the other stream.
		r.stdin.Close()
		r.session.Close()
	}
	// Both streams are free when this returns.
	if complained := <-complaints; err == nil {
		err = complained
	}
	return code, err
}

// copyUntil copies what comes before the line that begins with the mark, without the newline that the mark brings with it, and returns the rest of that line.
func copyUntil(w io.Writer, r *bufio.Reader, mark string) (rest string, err error) {
	if w == nil {
		w = io.Discard
	}
	begins, newline := true, false
	for {
		line, err := r.ReadSlice('\n')
		if begins && err == nil {
			if rest, found := bytes.CutPrefix(line, []byte(mark)); found {
				return string(bytes.TrimSpace(rest)), nil
			}
		}
		if err != nil && err != bufio.ErrBufferFull {
			return "", errShellEnded
		}
		if newline {
			if _, err := w.Write([]byte{'\n'}); err != nil {
				return "", err
			}
		}
		begins = err == nil
		newline = begins
		if newline {
			line = line[:len(line)-1]
		}
		if len(line) > 0 {
			if _, err := w.Write(line); err != nil {
				return "", err
			}
		}
	}
}
