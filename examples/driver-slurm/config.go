package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk"
)

// Config is what an operator may set for a Slurm scheduler. Its tags are its schema.
type Config struct {
	Host           string        `oceanid:"host,optional"             doc:"The cluster's login node, where sbatch works: host or host:port, reached over SSH. Left out: this machine."`
	Username       string        `oceanid:"username,optional"         doc:"Account there."`
	PrivateKeyPath string        `oceanid:"private_key_path,optional" doc:"File of a private key, as ssh-keygen makes it, on the portal's machine."`
	Passphrase     sdk.Secret    `oceanid:"passphrase,optional"       doc:"Passphrase of that key, where it is encrypted."`
	Password       sdk.Secret    `oceanid:"password,optional"         doc:"Password of the account, where there is no key."`
	KnownHostsPath string        `oceanid:"known_hosts_path,optional" doc:"File with the login node's host key, as ssh keeps it. Default: ~/.ssh/known_hosts."`
	Timeout        time.Duration `oceanid:"timeout,default=30s"       doc:"Limit for connecting to the login node."`
	WorkDir        string        `oceanid:"work_dir,default=~/oceanid" doc:"Folder for the jobs' files. The login node and the compute nodes must see the same one: it must be on a shared file system."`
	Tools          string        `oceanid:"tools,optional"            doc:"Folder of Slurm's commands on the login node, where they are not on the PATH of a command over SSH."`
	Partition      string        `oceanid:"partition,optional"        doc:"Partition for all jobs. Default: the cluster's own default."`
	Account        string        `oceanid:"account,optional"          doc:"Account that is charged. Default: the user's default account."`
	QOS            string        `oceanid:"qos,optional"              doc:"Quality of service to ask for."`
}

// harmless are words that mean nothing but themselves: to a shell, to sbatch (a % in a path), to Slurm's lists.
var harmless = regexp.MustCompile(`^[A-Za-z0-9_./+@-]+$`)

// Validate reports every field that cannot be right. It reads the private key, and connects to nothing.
func (c Config) Validate() error {
	var errs []error
	invalid := func(field, format string, args ...any) { errs = append(errs, sdk.Invalid(field, format, args...)) }
	switch {
	case c.Host != "":
		if c.Username == "" {
			invalid("username", "a host needs the name of an account on it")
		}
		if c.PrivateKeyPath == "" && c.Password == "" {
			invalid("private_key_path", "a host needs a private key, or a password, to log in with")
		}
	case c.Username != "" || c.PrivateKeyPath != "" || c.Password != "":
		invalid("host", "is missing: without a host, Slurm's commands are run on this machine as the account that the driver runs as")
	}
	if c.PrivateKeyPath != "" {
		if _, err := c.signer(); err != nil {
			field := "private_key_path"
			if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) || c.Passphrase != "" && !errors.Is(err, fs.ErrNotExist) {
				field = "passphrase"
			}
			invalid(field, "%v", err)
		}
	} else if c.Passphrase != "" {
		invalid("passphrase", "there is no private_key_path that it could belong to")
	}
	if dir := strings.TrimPrefix(c.WorkDir, "~/"); !harmless.MatchString(dir) || dir == c.WorkDir && !path.IsAbs(dir) {
		invalid("work_dir", "%q: an absolute path, or one that begins with ~/, of letters, digits and _ . / + @ -", c.WorkDir)
	}
	if c.Tools != "" && (!harmless.MatchString(c.Tools) || !path.IsAbs(c.Tools)) {
		invalid("tools", "%q: an absolute path of letters, digits and _ . / + @ -", c.Tools)
	}
	for field, word := range map[string]string{"partition": c.Partition, "account": c.Account, "qos": c.QOS} {
		if word != "" && !harmless.MatchString(word) {
			invalid(field, "%q: letters, digits and _ . / + @ - only", word)
		}
	}
	if c.Timeout <= 0 {
		invalid("timeout", "%v: it must be longer than nothing", c.Timeout)
	}
	return errors.Join(errs...)
}

// address is the login node as net.Dial wants it.
func (c Config) address() string {
	if _, _, err := net.SplitHostPort(c.Host); err == nil {
		return c.Host
	}
	return net.JoinHostPort(strings.Trim(c.Host, "[]"), "22")
}

// signer reads the private key.
func (c Config) signer() (ssh.Signer, error) {
	file, err := atHome(c.PrivateKeyPath)
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if c.Passphrase == "" {
		return ssh.ParsePrivateKey(key)
	}
	return ssh.ParsePrivateKeyWithPassphrase(key, []byte(c.Passphrase.Reveal()))
}

// atHome replaces a leading ~/ by the home folder on this machine.
func atHome(file string) (string, error) {
	rest, found := strings.CutPrefix(file, "~/")
	if !found {
		return file, nil
	}
	home, err := homeFolder()
	if err != nil {
		return "", err
	}
	return path.Join(home, rest), nil
}
