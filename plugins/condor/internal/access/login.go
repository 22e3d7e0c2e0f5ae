package access

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/oceanid/oceanid/sdk/fault"
)

// What can be wrong with a private key's file.
var (
	ErrNeedsPassphrase = errors.New("the key is encrypted: give its passphrase")
	ErrWrongPassphrase = errors.New("this passphrase does not open the key")
)

// ReadKey reads a private key in any of the forms of ssh-keygen: OpenSSH's own, PKCS #1, PKCS #8, SEC 1. An error is one of the two above, of the
// file, or of its form; it never shows what the file holds.
func ReadKey(file, passphrase string) (ssh.Signer, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey(pem)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if passphrase == "" {
			return nil, ErrNeedsPassphrase
		}
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase))
	}
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrWrongPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%s holds no private key that can be read: %w", file, err)
	}
	return signer, nil
}

// login is how to prove who one is.
type login struct {
	methods []ssh.AuthMethod
	// with says with what, for people.
	with []string
	// agent is open during the login only.
	agent io.Closer
}

func newLogin(t Target) (*login, error) {
	l := &login{}
	if t.Key != "" {
		signer, err := ReadKey(t.Key, t.Passphrase)
		if err != nil {
			return nil, fault.Denied.New("private key %s: %w", t.Key, err)
		}
		l.methods = append(l.methods, ssh.PublicKeys(signer))
		l.with = append(l.with, fmt.Sprintf("the private key %s (%s)", t.Key, describe(signer.PublicKey())))
	}
	if t.Password != "" {
		l.methods = append(l.methods, ssh.Password(t.Password), ssh.KeyboardInteractive(answer(t.Password)))
		l.with = append(l.with, "the password")
	}
	if len(l.methods) > 0 {
		return l, nil
	}
	socket := os.Getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, fault.Denied.New("%s: nothing to log in with: set password or private_key_path, or give the driver an SSH agent (SSH_AUTH_SOCK is not set)", t)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, fault.Denied.New("%s: the SSH agent does not answer: %w", t, err)
	}
	l.agent = conn
	l.methods = append(l.methods, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
	l.with = append(l.with, "the keys of the SSH agent")
	return l, nil
}

func (l *login) close() {
	if l.agent != nil {
		l.agent.Close()
	}
}

func (l *login) String() string { return strings.Join(l.with, " or ") }

// answer answers a server that asks for the password in its own words (PAM). A question that is shown while it is typed is none for a password.
func answer(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, echos []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range questions {
			if echos[i] {
				return nil, fmt.Errorf("the server asks %q, which the password does not answer", questions[i])
			}
			answers[i] = password
		}
		return answers, nil
	}
}
