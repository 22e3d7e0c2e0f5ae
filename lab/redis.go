package lab

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Redis is how to reach the lab's Redis servers. Every one asks for the same
// user and password.
type Redis struct {
	// URL is "redis://user:password@host:port/0" of the plain server.
	URL string
	// TLSURL is its "rediss://…" address with [Options.RedisTLS], and CAFile the
	// path of the PEM certificate that vouches for it.
	TLSURL, CAFile string
	// Username and Password are those of the URLs.
	Username, Password string
	// Cluster lists the host:port of each node with [Options.RedisCluster].
	Cluster []string
	// Sentinel is the host:port of the Sentinel with [Options.RedisSentinel],
	// which needs no password, and SentinelMaster the name of what it watches.
	Sentinel, SentinelMaster string
}

// Redis tells how to reach Redis; fields of what the lab lacks are empty.
func (l *Lab) Redis() Redis { return l.redis }

const (
	redisUser         = "oceanid"
	redisPort         = 6379
	redisTLSPort      = 6380
	redisNodePort     = 7001 // the first of three
	redisSentinelPort = 26379
	redisMaster       = "oceanid"
)

// redisServer is one process of Redis.
type redisServer struct {
	process string
	port    int
	config  string
	args    []string
	answers func(ctx context.Context) error // nil: it answers PING
}

func (l *Lab) setUpRedis(ctx context.Context, o Options) error {
	l.inventPassword()
	server := redisServer{process: "redis-server", port: redisPort, config: l.redisStoreConfig()}
	l.redis.URL = l.redisURL("redis", redisPort)
	if o.RedisTLS {
		config, err := l.setUpRedisTLS(ctx)
		if err != nil {
			return err
		}
		server.config += config
	}
	server.config += o.RedisConfig + "\n"
	if err := l.launchRedis(ctx, server); err != nil {
		return err
	}
	if !o.RedisSentinel {
		return nil
	}
	l.redis.Sentinel, l.redis.SentinelMaster = l.redisAddr(redisSentinelPort), redisMaster
	return l.launchRedis(ctx, redisServer{
		process: "redis-sentinel", port: redisSentinelPort, args: []string{"--sentinel"},
		config: fmt.Sprintf("protected-mode no\nsentinel monitor %[1]s %[2]s %[3]d 1\nsentinel auth-pass %[1]s %[4]s\nsentinel down-after-milliseconds %[1]s 1000\n",
			redisMaster, l.Addr(), redisPort, l.redis.Password),
	})
}

func (l *Lab) setUpRedisTLS(ctx context.Context) (config string, err error) {
	certificate, err := newServerCertificate(l.link.lab)
	if err != nil {
		return "", err
	}
	if l.redis.CAFile, err = l.dir.write("redis-ca.pem", certificate.ca); err != nil {
		return "", err
	}
	l.redis.TLSURL = l.redisURL("rediss", redisTLSPort)
	const certFile, keyFile = "/etc/redis/lab.pem", "/etc/redis/lab.key"
	err = l.unpack(ctx, file{name: certFile, mode: 0o644, data: certificate.cert}, file{name: keyFile, mode: 0o600, data: certificate.key})
	return fmt.Sprintf("tls-port %d\ntls-cert-file %s\ntls-key-file %s\ntls-auth-clients no\n", redisTLSPort, certFile, keyFile), err
}

// redisStoreConfig is what every server has that keeps data.
func (l *Lab) redisStoreConfig() string {
	return fmt.Sprintf(`requirepass %[1]s
masterauth %[1]s
user %[2]s on >%[1]s ~* &* +@all
appendonly yes
appendfsync always
save ""
`, l.redis.Password, redisUser)
}

// launchRedis starts a server under a name of its own, which is how
// KillService tells it from the others.
func (l *Lab) launchRedis(ctx context.Context, s redisServer) error {
	if s.answers == nil {
		s.answers = func(ctx context.Context) error {
			_, err := l.askRedis(ctx, s.port, "PING")
			return err
		}
	}
	dir, log := "/var/lib/redis/"+s.process+"/", "/var/log/redis/"+s.process+".log"
	config, program := "/etc/redis/"+s.process+".lab.conf", "/run/"+s.process
	text := fmt.Sprintf("port %d\nbind * -::*\ndir %s\nlogfile %s\ndaemonize yes\n%s", s.port, dir, log, s.config)
	err := l.unpack(ctx,
		file{name: dir, mode: 0o755},
		file{name: config, mode: 0o600, data: []byte(text)},
		file{name: program, linkTo: "/usr/bin/redis-server"},
	)
	if err != nil {
		return err
	}
	return l.launch(ctx, service{
		process: s.process,
		argv:    append([]string{program, config}, s.args...),
		answers: s.answers,
		log:     log,
	})
}

// inventPassword does so once, for whichever kind of Redis comes first.
func (l *Lab) inventPassword() {
	if l.redis.Password == "" {
		l.redis.Username, l.redis.Password = redisUser, rand.Text()
	}
}

func (l *Lab) redisAddr(port int) string { return net.JoinHostPort(l.Addr(), strconv.Itoa(port)) }

func (l *Lab) redisURL(scheme string, port int) string {
	u := url.URL{Scheme: scheme, User: url.UserPassword(redisUser, l.redis.Password), Host: l.redisAddr(port), Path: "/0"}
	return u.String()
}

// askRedis sends one command and returns the lines of its answer. It is all of
// the protocol that starting servers needs; a second PING marks the end.
func (l *Lab) askRedis(ctx context.Context, port int, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, waitDelay)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.redisAddr(port))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if port != redisSentinelPort {
		command = fmt.Sprintf("AUTH %s\r\n%s", l.redis.Password, command)
	}
	if _, err := fmt.Fprintf(conn, "%s\r\nPING end\r\n", command); err != nil {
		return "", err
	}
	var answer strings.Builder
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if lines.Text() == "end" {
			return answer.String(), nil
		}
		if strings.HasPrefix(lines.Text(), "-") {
			return "", fmt.Errorf("redis answered %s", lines.Text())
		}
		answer.WriteString(lines.Text() + "\n")
	}
	return "", fmt.Errorf("redis closed the connection: %w", lines.Err())
}
