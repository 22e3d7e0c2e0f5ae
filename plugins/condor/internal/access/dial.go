package access

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk/fault"
)

// The steps of a connection, in their order.
const (
	StepResolve      = "resolve"
	StepConnect      = "connect"
	StepHostKey      = "host key"
	StepAuthenticate = "authenticate"
)

// Report is told each step that went well, with what was found. It may be nil.
type Report func(step, found string)

// stepError is a failed connection attempt, with the step that failed.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// FailedStep is the step at which a connection attempt failed; "" for another error.
func FailedStep(err error) string {
	var e *stepError
	if errors.As(err, &e) {
		return e.step
	}
	return ""
}

// dial connects and logs in, within t.Timeout.
func dial(ctx context.Context, t Target, report Report) (*ssh.Client, error) {
	if report == nil {
		report = func(string, string) {}
	}
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	a := attempt{Target: t, report: report, step: StepResolve}
	client, err := a.run(ctx)
	if err == nil {
		return client, nil
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && fault.Of(err) == fault.Unavailable {
		err = fault.Unavailable.New("%s did not answer within %s (step: %s): %w", t.addr(), t.Timeout, a.step, err)
	}
	return nil, &stepError{a.step, err}
}

// attempt is one attempt to connect, and how far it came.
type attempt struct {
	Target
	report Report
	step   string
}

func (a *attempt) run(ctx context.Context) (*ssh.Client, error) {
	addresses, err := net.DefaultResolver.LookupHost(ctx, a.Host)
	if err != nil {
		return nil, fault.Unavailable.New("host %q: %w", a.Host, err)
	}
	a.report(a.step, strings.Join(addresses, ", "))

	a.step = StepConnect
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", a.addr())
	if err != nil {
		return nil, fault.Unavailable.New("connect to %s: %w", a.addr(), err)
	}
	a.report(a.step, conn.RemoteAddr().String())

	client, err := a.handshake(ctx, conn)
	if err != nil {
		conn.Close()
	}
	return client, err
}

// handshake proves the host to us and us to the host.
func (a *attempt) handshake(ctx context.Context, conn net.Conn) (*ssh.Client, error) {
	a.step = StepHostKey
	keys, err := newHostKeys(a.Target)
	if err != nil {
		return nil, err
	}
	a.step = StepAuthenticate
	login, err := newLogin(a.Target)
	if err != nil {
		return nil, err
	}
	defer login.close()
	a.step = StepHostKey

	// The handshake knows no context: when ctx ends, its reads and writes do.
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	sshConn, channels, requests, err := ssh.NewClientConn(conn, a.addr(), &ssh.ClientConfig{
		User:              a.User,
		Auth:              login.methods,
		HostKeyAlgorithms: keys.algorithms,
		ClientVersion:     "SSH-2.0-Oceanid",
		HostKeyCallback: func(addr string, remote net.Addr, key ssh.PublicKey) error {
			err := keys.check(addr, remote, key)
			if err == nil {
				a.report(a.step, describe(key))
				a.step = StepAuthenticate
			}
			return err
		},
	})
	switch {
	case err == nil && ctx.Err() != nil:
		sshConn.Close()
		return nil, fault.Unavailable.New("connect to %s: %w", a.addr(), ctx.Err())
	case err == nil:
		a.report(a.step, fmt.Sprintf("%s, with %s", a.User, login.with[0]))
		return ssh.NewClient(sshConn, channels, requests), nil
	case keys.err != nil:
		return nil, keys.err
	case strings.Contains(err.Error(), "unable to authenticate"):
		return nil, fault.Denied.New("%s refuses to let in %q with %s: %w", a.addr(), a.User, login, err)
	case noHostKeyInCommon(err):
		return nil, fault.Denied.New("%s has no host key of the types that are known of it (%s): it may have been installed anew, or somebody may be listening in between: not connected",
			a.addr(), strings.Join(keys.algorithms, ", "))
	}
	return nil, fault.Unavailable.New("connect to %s: %w", a.addr(), err)
}

// noHostKeyInCommon is a server that has no host key of the types that are known of it.
func noHostKeyInCommon(err error) bool {
	var negotiation *ssh.AlgorithmNegotiationError
	return errors.As(err, &negotiation) && negotiation.What == "host key"
}
