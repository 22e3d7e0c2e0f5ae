package launch

import (
	"errors"
	"os"
	"time"
)

// pipes connect the host with one driver: what it writes, and the lifeline, of which nothing but its end is ever read.
type pipes struct {
	stdout, stderr, lifeline *os.File
	theirs                   struct{ stdout, stderr, lifeline *os.File }
}

func newPipes() (*pipes, error) {
	var p pipes
	var failed [3]error
	p.stdout, p.theirs.stdout, failed[0] = os.Pipe()
	p.stderr, p.theirs.stderr, failed[1] = os.Pipe()
	p.theirs.lifeline, p.lifeline, failed[2] = os.Pipe()
	if err := errors.Join(failed[:]...); err != nil {
		p.closeTheirs()
		p.close()
		return nil, err
	}
	return &p, nil
}

// closeTheirs closes the ends that the driver has inherited; a missing one is closed already.
func (p *pipes) closeTheirs() {
	_ = p.theirs.stdout.Close()
	_ = p.theirs.stderr.Close()
	_ = p.theirs.lifeline.Close()
}

// hurry makes reading end within d.
func (p *pipes) hurry(d time.Duration) {
	_ = p.stdout.SetReadDeadline(time.Now().Add(d))
	_ = p.stderr.SetReadDeadline(time.Now().Add(d))
}

func (p *pipes) close() {
	_ = p.stdout.Close()
	_ = p.stderr.Close()
	_ = p.lifeline.Close()
}
