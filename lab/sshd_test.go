package lab_test

import (
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/oceanid/oceanid/lab"
)

func TestSSH(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{SSH: true})
	s := l.SSH()

	for _, tt := range []struct {
		user string
		auth func(*testing.T, lab.User) ssh.AuthMethod
		want bool
	}{
		{"ada", password, true},
		{"ada", wrongPassword, false},
		{"ben", password, true},
		{"ben", key, true},
		{"cyd", key, true},
		{"dee", key, true},
		{"eve", key, true},
	} {
		t.Run(tt.user, func(t *testing.T) {
			client, err := dial(t, s, s.OtherPort, s.KnownHosts, tt.user, tt.auth(t, s.Users[tt.user]))
			if (err == nil) != tt.want {
				t.Fatalf("login: %v", err)
			}
			if err != nil {
				return
			}
			defer client.Close()
			session, err := client.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			out, err := session.Output("id -un")
			if got := strings.TrimSpace(string(out)); err != nil || got != tt.user {
				t.Errorf("id -un: %q, %v", got, err)
			}
		})
	}
	t.Run("root may not", func(t *testing.T) {
		if _, err := l.Run(t.Context(), "root", "sh", "-c", "echo root:secret | chpasswd"); err != nil {
			t.Fatal(err)
		}
		if client, err := dial(t, s, s.Port, s.KnownHosts, "root", ssh.Password("secret")); err == nil {
			client.Close()
			t.Error("root has logged in")
		}
	})
	t.Run("eve's key is encrypted, files are private", func(t *testing.T) {
		pem, err := os.ReadFile(s.Users["eve"].PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		var missing *ssh.PassphraseMissingError
		if _, err := ssh.ParsePrivateKey(pem); !errors.As(err, &missing) {
			t.Errorf("parsing without passphrase: %v", err)
		}
		info, err := os.Stat(s.Users["eve"].PrivateKey)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
	t.Run("a changed host key is seen, the new one accepted", func(t *testing.T) {
		ada := password(t, s.Users["ada"])
		before, err := dial(t, s, s.Port, s.KnownHosts, "ada", ada)
		if err != nil {
			t.Fatal(err)
		}
		defer before.Close()
		rotated, err := l.RotateHostKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var changed *knownhosts.KeyError
		if _, err := dial(t, s, s.Port, s.KnownHosts, "ada", ada); !errors.As(err, &changed) || len(changed.Want) == 0 {
			t.Errorf("with the old key: %v", err)
		}
		after, err := dial(t, s, s.Port, rotated, "ada", ada)
		if err != nil {
			t.Fatalf("with the new key: %v", err)
		}
		after.Close()
		if _, err := before.NewSession(); err != nil {
			t.Errorf("the connection that was open: %v", err)
		}
	})
}

func TestSSHConfig(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{SSH: true, SSHConfig: "PasswordAuthentication no"})
	s := l.SSH()
	if client, err := dial(t, s, s.Port, s.KnownHosts, "ada", password(t, s.Users["ada"])); err == nil {
		client.Close()
		t.Error("ada has logged in by password")
	}
}

func password(_ *testing.T, u lab.User) ssh.AuthMethod { return ssh.Password(u.Password) }

func wrongPassword(*testing.T, lab.User) ssh.AuthMethod { return ssh.Password("wrong") }

func key(t *testing.T, u lab.User) ssh.AuthMethod {
	t.Helper()
	pem, err := os.ReadFile(u.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	var signer ssh.Signer
	if u.Passphrase == "" {
		signer, err = ssh.ParsePrivateKey(pem)
	} else {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(u.Passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return ssh.PublicKeys(signer)
}

func dial(t *testing.T, s lab.SSH, port int, known, user string, auth ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	check, err := knownhosts.New(known)
	if err != nil {
		t.Fatal(err)
	}
	return ssh.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(port)), &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{auth}, Timeout: 20 * time.Second,
		// The file holds this type only; a client must ask for it.
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519}, HostKeyCallback: check,
	})
}
