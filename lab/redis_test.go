package lab_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
)

// askRedis runs one command at the address of a URL, and returns the answer as
// text. roots is for rediss.
func askRedis(t *testing.T, address string, roots *x509.CertPool, args ...string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var conn net.Conn
	if u.Scheme == "rediss" {
		conn, err = tls.Dial("tcp", u.Host, &tls.Config{RootCAs: roots})
	} else {
		conn, err = net.Dial("tcp", u.Host)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if u.User != nil {
		password, _ := u.User.Password()
		if got := exchange(t, conn, in, "AUTH", u.User.Username(), password); got != "OK" {
			t.Fatalf("AUTH: %s", got)
		}
	}
	return exchange(t, conn, in, args...)
}

func exchange(t *testing.T, out io.Writer, in *bufio.Reader, args ...string) string {
	t.Helper()
	request := fmt.Sprintf("*%d\r\n", len(args))
	for _, arg := range args {
		request += fmt.Sprintf("$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(out, request); err != nil {
		t.Fatal(err)
	}
	return reply(t, in)
}

func reply(t *testing.T, in *bufio.Reader) string {
	t.Helper()
	line, err := in.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	kind, rest := line[0], strings.TrimSpace(line[1:])
	size, _ := strconv.Atoi(rest)
	switch {
	case kind == '$' && size >= 0:
		data := make([]byte, size+2)
		if _, err := io.ReadFull(in, data); err != nil {
			t.Fatal(err)
		}
		return string(data[:size])
	case kind == '*':
		var parts []string
		for range size {
			parts = append(parts, reply(t, in))
		}
		return strings.Join(parts, " ")
	}
	return rest
}

func TestRedis(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Redis: true, RedisTLS: true, RedisSentinel: true})
	r := l.Redis()

	t.Run("asks for the password", func(t *testing.T) {
		host := strings.TrimPrefix(r.URL[strings.Index(r.URL, "@"):], "@")
		if got := askRedis(t, "redis://"+host, nil, "GET", "x"); !strings.HasPrefix(got, "NOAUTH") {
			t.Errorf("without password: %s", got)
		}
	})
	t.Run("TLS", func(t *testing.T) {
		pem, err := os.ReadFile(r.CAFile)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			t.Fatalf("no certificate in %s", r.CAFile)
		}
		if got := askRedis(t, r.TLSURL, roots, "PING"); got != "PONG" {
			t.Errorf("PING: %s", got)
		}
	})
	t.Run("Sentinel knows the master", func(t *testing.T) {
		got := askRedis(t, "redis://"+r.Sentinel, nil, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", r.SentinelMaster)
		if want := l.Addr() + " 6379"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("keeps what it acknowledged", func(t *testing.T) {
		if got := askRedis(t, r.URL, nil, "SET", "kept", "yes"); got != "OK" {
			t.Fatalf("SET: %s", got)
		}
		if err := l.KillService(t.Context(), "redis-server", syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if _, err := net.Dial("tcp", net.JoinHostPort(l.Addr(), "6379")); err == nil {
			t.Fatal("the killed server takes connections")
		}
		if err := l.StartService(t.Context(), "redis-server"); err != nil {
			t.Fatal(err)
		}
		if got := askRedis(t, r.URL, nil, "GET", "kept"); got != "yes" {
			t.Errorf("after kill -9: %q", got)
		}
	})
}

func TestRedisCluster(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{RedisCluster: true})
	r := l.Redis()
	if len(r.Cluster) != 3 {
		t.Fatalf("nodes: %q", r.Cluster)
	}
	// Each of these keys belongs to another node's third of the slots.
	owners := make(map[string]bool)
	for _, key := range []string{"b", "c", "a"} {
		for _, node := range r.Cluster {
			u := url.URL{Scheme: "redis", User: url.UserPassword(r.Username, r.Password), Host: node}
			switch got := askRedis(t, u.String(), nil, "SET", key, "1"); {
			case got == "OK":
				owners[node] = true
			case !strings.HasPrefix(got, "MOVED"):
				t.Errorf("SET %s at %s: %s", key, node, got)
			}
		}
	}
	if len(owners) != 3 {
		t.Errorf("only %d nodes hold keys", len(owners))
	}
}
