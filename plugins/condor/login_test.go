package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// probe runs Probe and returns the names of the steps that went well, and the last one.
func probe(t *testing.T, d *driver) (steps []string, last scheduler.Check, err error) {
	t.Helper()
	err = d.Probe(t.Context(), func(c scheduler.Check) {
		last = c
		if c.OK {
			steps = append(steps, c.Name)
		}
	})
	return steps, last, err
}

const allSteps = "resolve connect host key authenticate tools version queue directory"

func TestEveryWayToLogIn(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]string{"password only": "ada", "ed25519": "ben", "RSA": "cyd", "ECDSA": "dee", "with a passphrase": "eve"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps, last, err := probe(t, open(t, account(t, who)))
			if err != nil || strings.Join(steps, " ") != allSteps {
				t.Errorf("steps %q, then %+v: %v", steps, last, err)
			}
		})
	}
	t.Run("host and port in one", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ben")
		c.Host, c.Port = net.JoinHostPort(c.Host, strconv.Itoa(condor(t).SSH().OtherPort)), 0
		if _, last, err := probe(t, open(t, c)); err != nil {
			t.Errorf("%+v: %v", last, err)
		}
	})
	t.Run("pinned key", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ben")
		c.KnownHosts, c.HostKey = "/nonexistent", []string{hostKey(t)}
		if _, last, err := probe(t, open(t, c)); err != nil {
			t.Errorf("%+v: %v", last, err)
		}
	})
}

func TestRefusedLogins(t *testing.T) {
	t.Parallel()
	t.Run("wrong password", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ada")
		c.Password = "not the password"
		_, last, err := probe(t, open(t, c))
		wantFault(t, err, fault.Denied, "ada", "the password", c.Host)
		if last.Name != "authenticate" || last.OK {
			t.Errorf("the last step is %+v", last)
		}
		if strings.Contains(err.Error(), c.Password.Reveal()) {
			t.Errorf("the error tells the password: %v", err)
		}
	})
	t.Run("a key that the account does not know", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ben")
		c.Username = "ada"
		_, _, err := probe(t, open(t, c))
		wantFault(t, err, fault.Denied, "ada", c.PrivateKeyPath)
	})
	t.Run("wrong passphrase", func(t *testing.T) {
		t.Parallel()
		c := account(t, "eve")
		c.PrivateKeyPassphrase = "not the passphrase"
		_, err := New(t.Context(), c, sdk.Env{})
		wantFault(t, err, fault.Invalid, "private_key_passphrase", "does not open the key")
	})
	t.Run("no passphrase", func(t *testing.T) {
		t.Parallel()
		c := account(t, "eve")
		c.PrivateKeyPassphrase = ""
		_, err := New(t.Context(), c, sdk.Env{})
		wantFault(t, err, fault.Invalid, "private_key_passphrase", "encrypted")
	})
	t.Run("passphrase changed later", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ben")
		c.PrivateKeyPath = copyOf(t, c.PrivateKeyPath)
		d := open(t, c)
		if err := os.WriteFile(c.PrivateKeyPath, must(os.ReadFile(condor(t).SSH().Users["eve"].PrivateKey)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := probe(t, d)
		wantFault(t, err, fault.Denied, c.PrivateKeyPath, "passphrase")
	})
	t.Run("nothing to log in with", func(t *testing.T) {
		t.Parallel()
		c := account(t, "ben")
		c.PrivateKeyPath = ""
		_, _, err := probe(t, open(t, c))
		wantFault(t, err, fault.Denied, "private_key_path", "password", "SSH_AUTH_SOCK")
	})
}

func TestUnknownHost(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.KnownHosts = filepath.Join(t.TempDir(), "ssh", "known_hosts")
	_, last, err := probe(t, open(t, c))
	wantFault(t, err, fault.Denied, "not known", "ssh-ed25519 SHA256:", c.KnownHosts, "trust_new_host", c.Host)
	if last.Name != "host key" {
		t.Errorf("the last step is %+v", last)
	}

	c.TrustNewHost = true
	if _, last, err := probe(t, open(t, c)); err != nil {
		t.Fatalf("%+v: %v", last, err)
	}
	if info := must(os.Stat(c.KnownHosts)); info.Mode().Perm() != 0o600 {
		t.Errorf("known_hosts has mode %v", info.Mode())
	}
	// What was remembered is enough, and trusting again changes nothing.
	remembered := string(must(os.ReadFile(c.KnownHosts)))
	for _, trust := range []bool{false, true} {
		c.TrustNewHost = trust
		if _, last, err := probe(t, open(t, c)); err != nil {
			t.Errorf("%+v: %v", last, err)
		}
	}
	if now := string(must(os.ReadFile(c.KnownHosts))); now != remembered {
		t.Errorf("known_hosts was\n%s\nand is\n%s", remembered, now)
	}
}

func TestChangedHostKeyIsRefusedAlways(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	// The file holds another key of the host than the one that it shows.
	other := must(os.ReadFile(copyOf(t, condor(t).SSH().KnownHosts)))
	key := strings.TrimSpace(string(must(condor(t).Run(t.Context(), "root", "sh", "-c",
		"rm -f /tmp/other; ssh-keygen -q -t ed25519 -N '' -f /tmp/other && cut -d' ' -f1,2 /tmp/other.pub"))))
	host, _, _ := strings.Cut(string(other), " ")
	c.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(c.KnownHosts, []byte("# a comment\n"+host+" "+key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, trust := range []bool{false, true} {
		c.TrustNewHost = trust
		d := open(t, c)
		_, last, err := probe(t, d)
		wantFault(t, err, fault.Denied, "CHANGED", c.KnownHosts+":2", "SHA256:", c.Host)
		if last.Name != "host key" {
			t.Errorf("the last step is %+v", last)
		}
		// Not only the probe looks.
		_, err = d.Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true"})
		wantFault(t, err, fault.Denied, "CHANGED")
	}
}

// bounded is more than a limit of a second takes on any machine, and less than what takes long by itself.
const bounded = 20 * time.Second

func TestUnreachableHost(t *testing.T) {
	t.Parallel()
	// 192.0.2.0/24 is for documentation and leads nowhere (RFC 5737); where something answers at once that it leads nowhere, that is good, too.
	c := Config{Host: "192.0.2.7:2222", Username: "x", Password: "x", Timeout: time.Second}
	begin := time.Now()
	_, last, err := probe(t, open(t, c))
	wantFault(t, err, fault.Unavailable, "192.0.2.7:2222")
	if took := time.Since(begin); took > bounded {
		t.Errorf("it took %v", took)
	}
	if last.Name != "connect" {
		t.Errorf("the last step is %+v", last)
	}
}

func TestSilentServerIsBounded(t *testing.T) {
	t.Parallel()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	c := Config{Host: listener.Addr().String(), Username: "x", Password: "x", Timeout: time.Second}
	begin := time.Now()
	_, _, err := probe(t, open(t, c))
	wantFault(t, err, fault.Unavailable, listener.Addr().String(), "1s")
	if took := time.Since(begin); took > bounded {
		t.Errorf("it took %v", took)
	}
}

func TestFailedConnectionsWaitLonger(t *testing.T) {
	t.Parallel()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	addr := listener.Addr().String()
	listener.Close()
	d := open(t, Config{Host: addr, Username: "x", Password: "x", Timeout: time.Second})
	job := scheduler.Job{Token: newToken(), Command: "true"}
	_, err := d.Submit(t.Context(), job)
	wantFault(t, err, fault.Unavailable, addr, "refused")
	refused := time.Now()
	first, ok := fault.RetryAfter(err)
	if !ok || first <= 0 || first > time.Second {
		t.Errorf("try again after %v, %v", first, ok)
	}
	// Until then nobody knocks.
	_, err = d.Submit(t.Context(), job)
	wantFault(t, err, fault.Unavailable, addr)
	if again, ok := fault.RetryAfter(err); !ok || again > first && time.Since(refused) < first {
		t.Errorf("the second is told to try again after %v, %v", again, ok)
	}
}

func TestFrozenNetworkHoldsNobody(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 0)
	d := open(t, p.through(t, account(t, "ben")))
	if _, err := d.at(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := d.Submit(ctx, scheduler.Job{Token: newToken(), Command: "true"})
	wantFault(t, err, fault.Timeout)
	if took := time.Since(begin); took > bounded {
		t.Errorf("it took %v", took)
	}
}

func copyOf(t *testing.T, file string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(name, must(os.ReadFile(file)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Without a password and a key the agent is asked. Not parallel: it sets the environment.
func TestAgent(t *testing.T) {
	c := account(t, "dee")
	signer := must(ssh.ParseRawPrivateKey(must(os.ReadFile(c.PrivateKeyPath))))
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: signer}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	listener := must(net.Listen("unix", socket))
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(keys, conn)
		}
	}()
	t.Setenv("SSH_AUTH_SOCK", socket)
	c.PrivateKeyPath = ""
	if _, last, err := probe(t, open(t, c)); err != nil {
		t.Errorf("%+v: %v", last, err)
	}
	if err := keys.RemoveAll(); err != nil {
		t.Fatal(err)
	}
	_, _, err := probe(t, open(t, c))
	wantFault(t, err, fault.Denied, "agent", "dee")
}
