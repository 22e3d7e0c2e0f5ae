package access

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/oceanid/oceanid/sdk/fault"
)

// hostKeys decides which host keys to believe.
type hostKeys struct {
	target Target
	known  ssh.HostKeyCallback // nil: the keys are pinned
	// algorithms are those to ask the server for. A server has a key of each kind and shows the one that is negotiated: when it is known by its
	// ed25519 key alone, it must not be asked for its RSA key, which would look like a changed one.
	algorithms []string

	// What the connection attempt found.
	shown ssh.PublicKey
	err   error
}

func newHostKeys(t Target) (*hostKeys, error) {
	h := &hostKeys{target: t}
	if len(t.Pinned) > 0 {
		h.algorithms = algorithmsOf(t.Pinned)
		return h, nil
	}
	var files []string
	for _, file := range t.KnownHosts {
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Invalid.New("known hosts: %w", err)
		}
	}
	var err error
	if h.known, err = knownhosts.New(files...); err != nil {
		return nil, fault.Invalid.New("%w", err)
	}
	// Asked about a key that nobody has, the file answers with those that it holds for the host.
	var asked *knownhosts.KeyError
	if errors.As(h.known(t.addr(), &net.TCPAddr{}, nobodysKey{}), &asked) {
		var keys []ssh.PublicKey
		for _, want := range asked.Want {
			keys = append(keys, want.Key)
		}
		h.algorithms = algorithmsOf(keys)
	}
	if len(h.algorithms) == 0 {
		h.algorithms = preferred()
	}
	return h, nil
}

// preferred are the algorithms for a host of which nothing is known: first the one that OpenSSH shows, too, so that people can compare fingerprints.
func preferred() []string {
	return []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
}

// algorithmsOf are the signature algorithms for keys of these types. SHA-1 is not among them.
func algorithmsOf(keys []ssh.PublicKey) []string {
	var algorithms []string
	for _, key := range keys {
		switch typ := key.Type(); typ {
		case ssh.KeyAlgoRSA:
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			algorithms = append(algorithms, typ)
		}
	}
	slices.Sort(algorithms)
	return slices.Compact(algorithms)
}

// check is the ssh.HostKeyCallback. Its error is kept as well: the handshake's own hides the kind.
func (h *hostKeys) check(addr string, remote net.Addr, key ssh.PublicKey) error {
	h.shown, h.err = key, h.judge(addr, remote, key)
	return h.err
}

func (h *hostKeys) judge(addr string, remote net.Addr, key ssh.PublicKey) error {
	if h.known == nil {
		for _, pinned := range h.target.Pinned {
			if same(pinned, key) {
				return nil
			}
		}
		return fault.Denied.New("%s shows the host key %s, which is not the one that host_key pins (%s): not connected",
			h.target.addr(), describe(key), describe(h.target.Pinned[0]))
	}
	err := h.known(addr, remote, key)
	if err == nil {
		return nil
	}
	var unknown *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case errors.As(err, &revoked):
		return fault.Denied.New("the host key of %s, %s, is revoked in %s:%d: not connected",
			h.target.addr(), describe(key), revoked.Revoked.Filename, revoked.Revoked.Line)
	case !errors.As(err, &unknown):
		return fault.Denied.New("host key of %s: %w", h.target.addr(), err)
	case len(unknown.Want) > 0:
		return h.changed(key, unknown.Want)
	case h.target.TrustNew:
		return h.remember(key)
	}
	return fault.Denied.New("the host key of %s is not known: it shows %s. If that is its fingerprint (ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub there tells), "+
		"add the line %q to %s, or pin it with host_key = [%q], or let the first connection decide with trust_new_host = true",
		h.target.addr(), describe(key), knownhosts.Line([]string{h.target.addr()}, key), h.file(), authorized(key))
}

func (h *hostKeys) changed(key ssh.PublicKey, want []knownhosts.KnownKey) error {
	var places []string
	for _, w := range want {
		places = append(places, fmt.Sprintf("%s:%d holds %s", w.Filename, w.Line, describe(w.Key)))
	}
	return fault.Denied.New("THE HOST KEY OF %s HAS CHANGED: it shows %s, but %s. Somebody may be listening in between: not connected. "+
		"If the host was installed anew, and its administrator confirms the new fingerprint, remove that line",
		h.target.addr(), describe(key), strings.Join(places, ", and "))
}

// remember adds the key to the known hosts. Two processes that do so at once write the same line twice, which is harmless.
func (h *hostKeys) remember(key ssh.PublicKey) error {
	file := h.file()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Invalid.New("cannot remember the host key of %s: %w", h.target.addr(), err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fault.Invalid.New("cannot remember the host key of %s: %w", h.target.addr(), err)
	}
	// One write: others may append as well. The first newline ends a last line that somebody left without.
	_, err = f.WriteString("\n" + knownhosts.Line([]string{h.target.addr()}, key) + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return fault.Invalid.New("cannot remember the host key of %s: %w", h.target.addr(), err)
	}
	return nil
}

func (h *hostKeys) file() string {
	if len(h.target.KnownHosts) == 0 {
		return "known_hosts"
	}
	return h.target.KnownHosts[0]
}

func same(a, b ssh.PublicKey) bool { return string(a.Marshal()) == string(b.Marshal()) }

// describe is a key's type and fingerprint.
func describe(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }

// authorized is a key as host_key wants it.
func authorized(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// nobodysKey is a key that no file holds.
type nobodysKey struct{ ssh.PublicKey }

func (nobodysKey) Type() string    { return "nobody" }
func (nobodysKey) Marshal() []byte { return nil }
