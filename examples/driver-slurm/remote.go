package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk/fault"
)

// remote is a login node. All of the driver's work goes over one SSH connection: a session for files, and one for each command.
type remote struct {
	*linker
	login *login
	// sessions bounds the commands at once: OpenSSH's MaxSessions is 10 by default, and files need one.
	sessions chan struct{}
}

const (
	mostSessions = 6
	longestWait  = 5 * time.Second // for the server to count a session as ended
	heartbeat    = 15 * time.Second
)

func newRemote(c Config) (*remote, error) {
	l, err := newLogin(c)
	if err != nil {
		return nil, err
	}
	m := &remote{login: l, sessions: make(chan struct{}, mostSessions)}
	m.linker = newLinker(m.connect)
	return m, nil
}

func (m *remote) connect(ctx context.Context) (*link, error) {
	conn, err := m.login.dial(ctx)
	if err != nil {
		return nil, err
	}
	client, err := m.login.authenticate(ctx, conn)
	if err != nil {
		return nil, err
	}
	l := newLink(func() { client.Close() })
	l.ssh = client
	l.start(func() {
		defer close(l.gone)
		_ = client.Wait() // why it ended, whoever used it has seen
	})
	l.start(func() { keepAlive(l) })
	l.files, err = await(ctx, l, func() (*sftp.Client, error) { return sftp.NewClient(client) })
	if err == nil {
		l.home, err = await(ctx, l, func() (string, error) { return l.files.RealPath(".") })
	}
	if err != nil {
		l.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.Unavailable.New("%s: SFTP: %w (the server must offer the sftp subsystem)", m.login.address, err)
	}
	return l, nil
}

// keepAlive asks the server for a sign of life now and then, and cuts a connection that gives none: so nothing waits for ever for a dead peer.
func keepAlive(l *link) {
	ticks := time.NewTicker(heartbeat)
	defer ticks.Stop()
	for {
		select {
		case <-l.gone:
			return
		case <-ticks.C:
		}
		late := time.AfterFunc(heartbeat, l.cut)
		_, _, err := l.ssh.SendRequest("keepalive@openssh.com", true, nil)
		late.Stop()
		if err != nil {
			l.cut()
			return
		}
	}
}

func (m *remote) run(ctx context.Context, argv ...string) (string, error) {
	select {
	case m.sessions <- struct{}{}:
		defer func() { <-m.sessions }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	l, err := m.link(ctx)
	if err != nil {
		return "", err
	}
	session, err := newSession(ctx, l)
	if err != nil {
		return "", m.broken(ctx, err)
	}
	defer session.Close()
	var stdout, stderr bytes.Buffer
	session.Stdout, session.Stderr = &stdout, &stderr
	_, err = await(ctx, l, func() (struct{}, error) { return struct{}{}, session.Run(quote(argv)) })
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if exit := (*ssh.ExitError)(nil); errors.As(err, &exit) {
		return stdout.String(), &commandError{command: argv[0], status: exit.ExitStatus(), stderr: stderr.String()}
	}
	if err != nil {
		return "", m.broken(ctx, err)
	}
	return stdout.String(), nil
}

// newSession opens a session. The server counts one that has ended for a moment longer than the driver does; then it is asked again.
func newSession(ctx context.Context, l *link) (*ssh.Session, error) {
	for pause := time.Millisecond; ; pause *= 2 {
		session, err := await(ctx, l, l.ssh.NewSession)
		if full := (*ssh.OpenChannelError)(nil); !errors.As(err, &full) || pause > longestWait {
			return session, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (m *remote) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Unavailable.New("%s: the connection broke: %w", m.login.address, err)
}

// quote makes a command line of words that the account's shell must not touch.
func quote(argv []string) string {
	words := make([]string, len(argv))
	for i, word := range argv {
		words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return strings.Join(words, " ")
}
