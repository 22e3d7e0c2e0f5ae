package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	l := slurm(t)
	empty := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		user   string
		change func(*Config)
		kind   fault.Kind // "": it works
		text   string
	}{
		"password":              {"ada", func(*Config) {}, "", ""},
		"ed25519":               {"ben", func(*Config) {}, "", ""},
		"RSA":                   {"cyd", func(*Config) {}, "", ""},
		"ECDSA":                 {"dee", func(*Config) {}, "", ""},
		"passphrase":            {"eve", func(*Config) {}, "", ""},
		"wrong password":        {"ada", func(c *Config) { c.Password = "x" }, fault.Denied, "refused"},
		"unknown host":          {"ben", func(c *Config) { c.KnownHostsPath = empty }, fault.Denied, "ssh-keyscan"},
		"no known_hosts":        {"ben", func(c *Config) { c.KnownHostsPath = empty + "x" }, fault.Denied, "ssh-keyscan"},
		"another port":          {"ben", func(c *Config) { c.Host += ":2222" }, "", ""},
		"nobody listens":        {"ben", func(c *Config) { c.Host += ":1" }, fault.Unavailable, "connect"},
		"no Slurm":              {"ben", func(c *Config) { c.Tools = "/opt/none" }, fault.Invalid, "Set tools"},
		"folder not to be made": {"ben", func(c *Config) { c.WorkDir = "/proc/none" }, "*", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := account(l, c.user)
			c.change(&config)
			d := open(t, config)
			good, bad := 0, ""
			err := d.Probe(t.Context(), func(check scheduler.Check) {
				if good++; !check.OK {
					bad = check.Text
				}
			})
			switch {
			case c.kind == "" && (err != nil || bad != "" || good != 6):
				t.Errorf("%d checks, %q, %v", good, bad, err)
			case c.kind == "*" && err == nil, c.kind != "" && c.kind != "*" && (fault.Of(err) != c.kind || !strings.Contains(err.Error(), c.text)):
				t.Errorf("%v: %v, want %v", fault.Of(err), err, c.kind)
			case err != nil && bad != err.Error():
				t.Errorf("the check says %q, the error %q", bad, err)
			}
		})
	}
}

func TestHostKeyThatChanged(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, SSH: true})
	d := open(t, account(l, "ben"))
	if err := d.Probe(t.Context(), func(scheduler.Check) {}); err != nil {
		t.Fatal(err)
	}
	fresh, err := l.RotateHostKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Probe(t.Context(), func(scheduler.Check) {}); fault.Of(err) != fault.Denied || !strings.Contains(err.Error(), "ssh-keygen -R") {
		t.Errorf("%v", err)
	}
	c := account(l, "ben")
	c.KnownHostsPath = fresh
	if err := open(t, c).Probe(t.Context(), func(scheduler.Check) {}); err != nil {
		t.Errorf("with the new key: %v", err)
	}
}

func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, SSH: true})
	d := open(t, account(l, "ben"))
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
	if err := l.KillService(t.Context(), "sshd-session", syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	awaitAnswer(t, func() error {
		return d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(scheduler.Status) error { return nil })
	})
	if s := awaitState(t, d, ref, "running", in(scheduler.Running))[0]; s.ID != ref.ID {
		t.Errorf("%+v", s)
	}
}

// awaitAnswer repeats what may be Unavailable for a moment, and nothing else.
func awaitAnswer(t *testing.T, ask func() error) {
	t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for err := ask(); err != nil; err = ask() {
		if fault.Of(err) != fault.Unavailable || time.Now().After(limit) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	local := Config{WorkDir: "~/oceanid", Timeout: time.Second}
	remote := Config{Host: "head.example.org", Username: "ada", Password: "x", WorkDir: "/work/ada", Timeout: time.Second}
	for name, c := range map[string]struct {
		base   Config
		change func(*Config)
		want   string // the field and a word about it; "": it is right
	}{
		"local":           {local, func(*Config) {}, ""},
		"remote":          {remote, func(*Config) {}, ""},
		"nobody":          {remote, func(c *Config) { c.Username = "" }, "username"},
		"nothing to show": {remote, func(c *Config) { c.Password = "" }, "private_key_path"},
		"no host":         {local, func(c *Config) { c.Username = "ada" }, "host: is missing"},
		"no such key":     {remote, func(c *Config) { c.PrivateKeyPath = key + "x" }, "private_key_path: open"},
		"no key":          {remote, func(c *Config) { c.PrivateKeyPath = key }, "private_key_path"},
		"passphrase":      {remote, func(c *Config) { c.Passphrase = "x" }, "passphrase: there is no private_key_path"},
		"relative":        {remote, func(c *Config) { c.WorkDir = "jobs" }, "work_dir"},
		"per cent":        {remote, func(c *Config) { c.WorkDir = "/work/%u" }, "work_dir"},
		"tools":           {remote, func(c *Config) { c.Tools = "bin" }, "tools"},
		"partition":       {remote, func(c *Config) { c.Partition = "a b" }, "partition"},
		"account":         {remote, func(c *Config) { c.Account = "$(x)" }, "account"},
		"timeout":         {remote, func(c *Config) { c.Timeout = 0 }, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := c.base
			c.change(&config)
			err := config.Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestPlugin(t *testing.T) {
	t.Parallel()
	if err := plugin().Err(); err != nil {
		t.Error(err)
	}
	var _ sdk.Plugin = plugin()
}
