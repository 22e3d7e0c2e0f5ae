package lab

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SSH is how to reach the lab's sshd. It has host keys of the types RSA, ECDSA
// and ed25519, asks neither DNS nor for a delay after a failed login, and is
// otherwise as Debian configures it; root may not log in.
type SSH struct {
	// Host is an IP address.
	Host string
	// Port is 22; OtherPort is one more that the same server listens on, which
	// a client must be told.
	Port, OtherPort int
	// Users by name:
	//
	//	ada  password only
	//	ben  ed25519 key
	//	cyd  RSA key, 2048 bits
	//	dee  ECDSA key, P-256
	//	eve  ed25519 key with a passphrase
	//
	// The four with a key may log in by password too.
	Users map[string]User
	// KnownHosts is the path of a known_hosts file with the server's ed25519
	// key alone, for both ports: what a person has who once answered "yes".
	KnownHosts string
}

// User is a user of the lab's machine, and what proves to sshd that one is it.
type User struct {
	Name     string
	Password string
	// PrivateKey is the path of a file in OpenSSH's format, of mode 0600. It is
	// empty for ada.
	PrivateKey string
	// Passphrase opens PrivateKey; empty when that is not encrypted.
	Passphrase string
}

// SSH tells how to reach sshd; the zero value when the lab has none. The map
// is the caller's to keep, not to change.
func (l *Lab) SSH() SSH { return l.ssh }

const (
	sshPort      = 22
	sshOtherPort = 2222
)

func (l *Lab) setUpSSH(ctx context.Context, o Options) error {
	err := l.unpack(ctx,
		file{name: "/run/sshd/", mode: 0o755},
		file{name: "/etc/ssh/sshd_config.d/lab.conf", mode: 0o644, data: []byte(o.SSHConfig + sshdConfig)},
	)
	if err != nil {
		return err
	}
	users, err := l.makeUsers(ctx)
	if err != nil {
		return err
	}
	known, err := l.makeHostKeys(ctx, "known_hosts")
	if err != nil {
		return err
	}
	l.ssh = SSH{Host: l.Addr(), Port: sshPort, OtherPort: sshOtherPort, Users: users, KnownHosts: known}
	return l.launch(ctx, service{
		process: "sshd",
		argv:    []string{"/usr/sbin/sshd", "-E", sshLog},
		answers: l.sshAnswers,
		log:     sshLog,
	})
}

const sshLog = "/var/log/sshd.log"

// sshdConfig: a test that fails to log in on purpose must not make the next
// one wait, so OpenSSH's penalties are off.
var sshdConfig = fmt.Sprintf(`
Port %d
Port %d
PermitRootLogin no
PerSourcePenalties no
UseDNS no
`, sshPort, sshOtherPort)

// RotateHostKey gives sshd new host keys, as a server that was installed anew
// has, or an impostor. SSH().KnownHosts keeps the old one; the result is the
// path of a file with the new one. Connections that are open stay.
func (l *Lab) RotateHostKey(ctx context.Context) (knownHosts string, err error) {
	if knownHosts, err = l.makeHostKeys(ctx, "known_hosts.rotated"); err != nil {
		return "", err
	}
	if err := l.KillService(ctx, "sshd", syscall.SIGKILL); err != nil {
		return "", err
	}
	return knownHosts, l.StartService(ctx, "sshd")
}

// makeHostKeys makes one of each type that sshd offers by default, and writes
// the ed25519 one to a known_hosts file.
func (l *Lab) makeHostKeys(ctx context.Context, knownHosts string) (path string, err error) {
	const script = `cd /etc/ssh && rm -f ssh_host_* &&
		ssh-keygen -q -t rsa -b 2048 -N "" -f ssh_host_rsa_key &&
		ssh-keygen -q -t ecdsa -N "" -f ssh_host_ecdsa_key &&
		ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key &&
		cat ssh_host_ed25519_key.pub`
	out, err := l.Run(ctx, "root", "sh", "-c", script)
	if err != nil {
		return "", fmt.Errorf("cannot make sshd's host keys: %w", err)
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(out)
	if err != nil {
		return "", fmt.Errorf("cannot read sshd's host key: %w", err)
	}
	line := knownhosts.Line([]string{l.sshAddr(sshPort), l.sshAddr(sshOtherPort)}, public)
	return l.dir.write(knownHosts, []byte(line+"\n"))
}

func (l *Lab) sshAddr(port int) string { return net.JoinHostPort(l.Addr(), strconv.Itoa(port)) }

func (l *Lab) sshAnswers(ctx context.Context) error {
	for _, port := range []int{sshPort, sshOtherPort} {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.sshAddr(port))
		if err != nil {
			return err
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		banner, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(banner, "SSH-2.0-") {
			return fmt.Errorf("sshd said %q instead of its version: %w", banner, err)
		}
	}
	return nil
}
