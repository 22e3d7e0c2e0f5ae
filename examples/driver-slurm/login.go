package main

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
)

// login is who the driver is to the login node, and how it knows that it is the right one.
type login struct {
	address    string
	knownHosts string
	timeout    time.Duration
	client     ssh.ClientConfig
}

func newLogin(c Config) (*login, error) {
	l := &login{address: c.address(), knownHosts: c.KnownHostsPath, timeout: c.Timeout, client: ssh.ClientConfig{User: c.Username}}
	if l.knownHosts == "" {
		l.knownHosts = "~/.ssh/known_hosts"
	}
	var err error
	if l.knownHosts, err = atHome(l.knownHosts); err != nil {
		return nil, sdk.Invalid("known_hosts_path", "%v", err)
	}
	if c.PrivateKeyPath != "" {
		key, err := c.signer()
		if err != nil {
			return nil, sdk.Invalid("private_key_path", "%v", err)
		}
		l.client.Auth = append(l.client.Auth, ssh.PublicKeys(key))
	}
	if c.Password != "" {
		l.client.Auth = append(l.client.Auth, ssh.Password(c.Password.Reveal()))
	}
	return l, nil
}

func (l *login) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.address)
	if err != nil {
		return nil, fault.Unavailable.New("connect to %s: %w", l.address, err)
	}
	return conn, nil
}

// authenticate checks the host's key and logs in. It closes the connection when it fails.
func (l *login) authenticate(ctx context.Context, conn net.Conn) (*ssh.Client, error) {
	// The file is read at each login, so that a key that was added to it is believed without a restart.
	known, err := knownhosts.New(l.knownHosts)
	if err != nil {
		conn.Close()
		return nil, fault.Denied.New("known_hosts_path: %w: write the login node's key there: ssh-keyscan %s >> %s, and compare it with what its administrators tell", err, l.keyscan(), l.knownHosts)
	}
	config := l.client
	var stranger error
	config.HostKeyCallback = func(host string, remote net.Addr, key ssh.PublicKey) error {
		stranger = l.stranger(known(host, remote, key), key)
		return stranger
	}
	config.HostKeyAlgorithms = algorithms(known, l.address)
	giveUp, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	defer context.AfterFunc(giveUp, func() { conn.Close() })()
	c, channels, requests, err := ssh.NewClientConn(conn, l.address, &config)
	switch {
	case err == nil && giveUp.Err() == nil:
		return ssh.NewClient(c, channels, requests), nil
	case ctx.Err() != nil:
		err = ctx.Err()
	case giveUp.Err() != nil:
		err = fault.Unavailable.New("log in to %s: no answer within %v", l.address, l.timeout)
	case stranger != nil:
		err = stranger
	case strings.Contains(err.Error(), "unable to authenticate"):
		err = fault.Denied.New("log in to %s as %s: refused: does the account have this key in its authorized_keys, or this password?", l.address, config.User)
	default:
		err = fault.Unavailable.New("log in to %s: %w", l.address, err)
	}
	conn.Close()
	return nil, err
}

// stranger says what is wrong with a host's key, and what to do; nil: nothing.
func (l *login) stranger(err error, key ssh.PublicKey) error {
	mismatch := (*knownhosts.KeyError)(nil)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mismatch) && len(mismatch.Want) > 0:
		return fault.Denied.New("host key: %s shows another key (%s) than %s has: somebody may be listening in, or it was installed anew; ask its administrators, then remove the old key: ssh-keygen -R %s -f %s",
			l.address, ssh.FingerprintSHA256(key), l.knownHosts, l.address, l.knownHosts)
	case errors.As(err, &mismatch):
		return fault.Denied.New("host key: %s is not in %s: add its key (ssh-keyscan %s) if %s is the right one",
			l.address, l.knownHosts, l.keyscan(), ssh.FingerprintSHA256(key))
	}
	return fault.Denied.New("host key: %w", err)
}

func (l *login) keyscan() string {
	host, port, err := net.SplitHostPort(l.address)
	if err != nil {
		return l.address
	}
	return "-p " + port + " " + host
}

// algorithms are the kinds of key that known_hosts has for the host: a server that has several must show one that is known.
func algorithms(known ssh.HostKeyCallback, address string) (names []string) {
	mismatch := (*knownhosts.KeyError)(nil)
	if !errors.As(known(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &mismatch) {
		return nil
	}
	for _, k := range mismatch.Want {
		if k.Key.Type() == ssh.KeyAlgoRSA {
			names = append(names, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		}
		names = append(names, k.Key.Type())
	}
	return names
}

// noKey is no host's key.
type noKey struct{ ssh.PublicKey }

func (noKey) Type() string    { return "none" }
func (noKey) Marshal() []byte { return nil }
