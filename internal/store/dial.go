package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// CheckURL tells what is wrong with a URL for Options, without to connect: its form, its parameters, and the files that it names. The error is fault.Invalid
// and never shows a password.
func CheckURL(raw string) error {
	_, _, err := readURL(raw)
	return err
}

// dialURL makes the client for a URL as Options describes it. It does not connect yet. Its errors and where never show a password.
func dialURL(raw string) (client redis.UniversalClient, where string, err error) {
	create, where, err := readURL(raw)
	if err != nil {
		return nil, "", fmt.Errorf("store: %w", err)
	}
	return create(), where, nil
}

// readURL gives what makes the client for a URL.
func readURL(raw string) (create func() redis.UniversalClient, where string, err error) {
	a, err := parseAddress(raw)
	switch {
	case err != nil:
	case a.form == "cluster":
		create, err = a.cluster()
	case a.form == "sentinel":
		create, err = a.sentinel()
	default:
		create, err = a.single()
	}
	if err != nil {
		return nil, "", fault.By(fault.User, fault.Invalid.New("the URL of Redis: %w", err))
	}
	return create, a.where, nil
}

// errEscapes stands for what net/url says, which shows parts of a URL and thereby of a password.
var errEscapes = errors.New("it cannot be read; write / as %2F, @ as %40, : as %3A and % as %25 in a user and a password")

// address is a URL taken apart as far as go-redis does not do it.
type address struct {
	scheme, form string // "redis" and "", "sentinel" or "cluster"
	user         *url.Userinfo
	hosts        []string
	path         string
	query        url.Values
	tls          tlsFiles
	where        string
}

type tlsFiles struct{ ca, cert, key, serverName string }

func parseAddress(raw string) (address, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return address{}, errors.New("no scheme; write redis://host:port")
	}
	var a address
	a.scheme, a.form, _ = strings.Cut(scheme, "+")
	switch {
	case a.scheme != "redis" && a.scheme != "rediss" && a.scheme != "unix":
		return address{}, errors.New("unknown scheme " + scheme + "; use redis, rediss, unix, redis+sentinel or redis+cluster")
	case a.form != "" && a.form != "sentinel" && a.form != "cluster", a.form != "" && a.scheme == "unix":
		return address{}, errors.New("unknown scheme " + scheme + "; use redis, rediss, unix, redis+sentinel or redis+cluster")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	hosts := authority[strings.LastIndex(authority, "@")+1:]
	a.hosts = strings.Split(hosts, ",")
	if a.form != "" {
		for i, h := range a.hosts {
			a.hosts[i] = withPort(h, a.form)
		}
	}
	a.where = scheme + "://" + hosts
	if len(a.hosts) > 1 && a.form == "" {
		return address{}, errors.New("several hosts; use redis+sentinel:// or redis+cluster://")
	}
	if path, _, _ := strings.Cut(rest[end:], "?"); a.scheme != "unix" && strings.Contains(path, "@") {
		return address{}, errEscapes
	}
	// The first host stands for all of them here: url.Parse does not know lists.
	u, err := url.Parse(a.scheme + "://" + strings.TrimSuffix(authority, hosts) + a.hosts[0] + rest[end:])
	if err != nil {
		return address{}, errEscapes
	}
	a.user, a.path, a.query = u.User, u.Path, u.Query()
	if a.scheme == "unix" {
		a.where = "unix://" + u.Path
	}
	for name, to := range map[string]*string{"tls_ca": &a.tls.ca, "tls_cert": &a.tls.cert, "tls_key": &a.tls.key, "tls_server_name": &a.tls.serverName} {
		if a.query.Has(name) && a.scheme != "rediss" {
			return address{}, errors.New(name + " needs rediss")
		}
		*to = a.query.Get(name)
		a.query.Del(name)
	}
	return a, nil
}

// withPort adds the usual port to a host without one.
func withPort(host, form string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	port := "6379"
	if form == "sentinel" {
		port = "26379"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

// plain is the URL as go-redis reads it.
func (a address) plain(user *url.Userinfo) string {
	u := url.URL{Scheme: a.scheme, User: user, Host: a.hosts[0], Path: a.path, RawQuery: a.query.Encode()}
	return u.String()
}

func (a address) single() (func() redis.UniversalClient, error) {
	o, err := redis.ParseURL(a.plain(a.user))
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.DialerRetries = true, a.dials()
	if err := a.tls.apply(o.TLSConfig); err != nil {
		return nil, err
	}
	return func() redis.UniversalClient { return redis.NewClient(o) }, nil
}

func (a address) cluster() (func() redis.UniversalClient, error) {
	for _, h := range a.hosts[1:] {
		a.query.Add("addr", h)
	}
	o, err := redis.ParseClusterURL(a.plain(a.user))
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.DialerRetries = true, a.dials()
	if err := a.tls.apply(o.TLSConfig); err != nil {
		return nil, err
	}
	return func() redis.UniversalClient { return redis.NewClusterClient(o) }, nil
}

func (a address) sentinel() (func() redis.UniversalClient, error) {
	if a.query.Get("master_name") == "" {
		return nil, errors.New("no master_name; write redis+sentinel://s1:26379,s2:26379/0?master_name=NAME")
	}
	own := url.UserPassword(a.query.Get("sentinel_username"), a.query.Get("sentinel_password"))
	a.query.Del("sentinel_username")
	a.query.Del("sentinel_password")
	for _, h := range a.hosts[1:] {
		a.query.Add("addr", h)
	}
	o, err := redis.ParseFailoverURL(a.plain(own))
	if err != nil {
		return nil, err
	}
	o.Username = a.user.Username()
	o.Password, _ = a.user.Password()
	o.ContextTimeoutEnabled, o.DialerRetries = true, a.dials()
	if err := a.tls.apply(o.TLSConfig); err != nil {
		return nil, err
	}
	return func() redis.UniversalClient { return redis.NewFailoverClient(o) }, nil
}

// dials is how often one try of a command dials: a Redis that is away is told at once, since the command is tried again anyway.
func (a address) dials() int {
	n, err := strconv.Atoi(a.query.Get("dialer_retries"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// apply reads the files into c, which is nil without TLS.
func (t tlsFiles) apply(c *tls.Config) error {
	if c == nil {
		return nil
	}
	if t.serverName != "" {
		c.ServerName = t.serverName
	}
	if t.ca != "" {
		pem, err := os.ReadFile(t.ca)
		if err != nil {
			return err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return errors.New("tls_ca: no certificate in " + t.ca)
		}
	}
	if t.cert == "" && t.key == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(t.cert, t.key)
	if err != nil {
		return err
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}
