package access

import (
	"net"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
)

// Target says where to connect, as whom, and whom to believe. All fields but the optional ones must be set.
type Target struct {
	// Host is a name or an address.
	Host string
	Port int
	User string
	// Timeout bounds a connection attempt from the look-up of the name to the login.
	Timeout time.Duration

	// Key is a private key's file; empty: none. Passphrase opens it, where it is encrypted. Both are read anew for each connection.
	Key        string
	Passphrase string
	// Password answers the methods "password" and "keyboard-interactive"; empty: none.
	// With neither Key nor Password the agent at $SSH_AUTH_SOCK is asked.
	Password string

	// KnownHosts are files of known hosts (sshd(8)); the first is where a newly trusted host is written. Missing ones are empty.
	KnownHosts []string
	// Pinned are the only keys that the host may show; where there are any, KnownHosts is not read.
	Pinned []ssh.PublicKey
	// TrustNew accepts the key of a host that is not known yet, and remembers it.
	TrustNew bool
}

// addr is host:port.
func (t Target) addr() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// String is user@host:port.
func (t Target) String() string { return t.User + "@" + t.addr() }
