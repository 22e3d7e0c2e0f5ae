package access

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk/fault"
)

// sshd allows ten sessions on one connection unless MaxSessions says otherwise (sshd_config(5)). One is for files, one is spare; scripts that last
// leave some for those that are quick, and those that move data leave one for those that wait for news.
const (
	mostScripts = 8
	mostLasting = 5
	mostBulk    = 4
)

// link is one connection.
type link struct {
	client  *ssh.Client
	scripts chan struct{}
	lasting chan struct{}
	bulk    chan struct{}
	gone    chan struct{} // closed when the connection has ended
	stop    context.CancelFunc
	work    sync.WaitGroup
	shells  residents

	mu    sync.Mutex
	files *sftp.Client
}

func newLink(client *ssh.Client) *link {
	ctx, stop := context.WithCancel(context.Background())
	l := &link{
		client:  client,
		scripts: make(chan struct{}, mostScripts),
		lasting: make(chan struct{}, mostLasting),
		bulk:    make(chan struct{}, mostBulk),
		gone:    make(chan struct{}),
		stop:    stop,
	}
	l.work.Go(func() { keepAlive(ctx, client, aliveEvery, aliveWithin) })
	l.work.Go(func() { l.shells.retire(ctx) })
	l.work.Go(func() {
		client.Wait()
		stop()
		close(l.gone)
	})
	return l
}

func (l *link) alive() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

// close ends the connection, and with it whatever is under way on it.
func (l *link) close() {
	l.stop()
	l.client.Close()
	l.work.Wait()
}

// place waits for one of the sessions that may be open at once, and returns how to give it back.
func (l *link) place(ctx context.Context, s Script) (func(), error) {
	queues := []chan struct{}{l.scripts}
	if s.Lasting {
		queues = []chan struct{}{l.lasting, l.scripts}
	}
	if s.Bulk {
		queues = []chan struct{}{l.bulk, l.lasting, l.scripts}
	}
	var taken []chan struct{}
	release := func() {
		for _, q := range taken {
			<-q
		}
	}
	for _, q := range queues {
		select {
		case q <- struct{}{}:
			taken = append(taken, q)
		case <-l.gone:
			release()
			return nil, errGone
		case <-ctx.Done():
			release()
			return nil, ctx.Err()
		}
	}
	return release, nil
}

// errGone is a connection that ended before anything was asked of it: the question may be put again on another.
var errGone = errors.New("the connection has ended")

// A server that wants no more sessions on a connection is asked again a few times: it counts those that have just been closed for a moment.
const (
	sessionTries = 6
	sessionPause = 50 * time.Millisecond
)

// newSession asks for a session, and hears when the connection ends meanwhile: a request that falls into the very end of one is never answered by package
// ssh, and is left.
func (l *link) newSession() (*ssh.Session, error) {
	type opened struct {
		session *ssh.Session
		err     error
	}
	result := make(chan opened, 1)
	go func() {
		session, err := l.client.NewSession()
		result <- opened{session, err}
	}()
	select {
	case o := <-result:
		return o.session, o.err
	case <-l.gone:
		return nil, errors.New("it ended when a session was asked for")
	}
}

// session opens a session.
func (l *link) session(ctx context.Context) (*ssh.Session, error) {
	for try := 0; ; try++ {
		session, err := l.newSession()
		var refused *ssh.OpenChannelError
		switch {
		case err == nil:
			return session, nil
		case !errors.As(err, &refused):
			return nil, fmt.Errorf("%w: %w", errGone, err)
		case try == sessionTries:
			return nil, fault.Exhausted.New("the server opens no more sessions on this connection (MaxSessions in its sshd_config; ten are needed): %w", err)
		}
		l.shells.leave(0)
		select {
		case <-time.After(sessionPause << try):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
