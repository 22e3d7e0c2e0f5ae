package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk"
)

// Config is what an operator may set for an HTCondor scheduler. The zero value, with its defaults, is the pool whose tools are on this machine.
type Config struct {
	Host                 string        `oceanid:"host,optional"                   doc:"The pool's access point, where condor_submit works: host or host:port, reached over SSH. Left out: this machine."`
	Port                 int           `oceanid:"port,optional"                   doc:"Port of its SSH server. Default: 22."`
	Username             string        `oceanid:"username,optional"               doc:"Account there. Default: the name of the account that the host runs as."`
	Password             sdk.Secret    `oceanid:"password,optional"               doc:"Password of the account. With neither this nor a private key the SSH agent is asked."`
	PrivateKeyPath       string        `oceanid:"private_key_path,optional"       doc:"File of a private key: ed25519, ECDSA or RSA, as ssh-keygen makes it. A leading ~/ is the home directory."`
	PrivateKeyPassphrase sdk.Secret    `oceanid:"private_key_passphrase,optional" doc:"Passphrase of that key, where it is encrypted."`
	KnownHosts           string        `oceanid:"known_hosts,optional"            doc:"File of host keys to believe. Default: ~/.ssh/known_hosts, and /etc/ssh/ssh_known_hosts."`
	HostKey              []string      `oceanid:"host_key,optional"               doc:"The only host keys to believe, each as in authorized_keys: \"ssh-ed25519 AAAA…\". known_hosts is not read then."`
	TrustNewHost         bool          `oceanid:"trust_new_host,default=false"    doc:"Believe the key of a host that is not known yet, and remember it in known_hosts. A changed key is refused all the same."`
	Timeout              time.Duration `oceanid:"timeout,default=30s"             doc:"Limit for connecting to the access point."`
	// The third way, in place of a host.
	Schedd    string     `oceanid:"schedd,optional"     doc:"Name of a schedd that HTCondor's tools on this machine are to speak to with a token, as condor_status -schedd shows it. In place of host: no shell is needed there, and no workflows can be run."`
	Collector string     `oceanid:"collector,optional"  doc:"With schedd: the pool's collector, host or host:port (9618)."`
	Token     sdk.Secret `oceanid:"token,optional"      doc:"With schedd: the token (IDTOKENS), as condor_token_create or condor_token_fetch prints it, with the authorizations READ and WRITE."`
	TokenPath string     `oceanid:"token_path,optional" doc:"In place of token: its file on the host's machine, of mode 0600. It may be renewed there at any time."`

	Directory string `oceanid:"directory,default=~/.oceanid"    doc:"Oceanid's folder on the access point: the jobs' files and the job event log. On a disk of that machine, not on NFS; each access point needs one of its own. With schedd: on the host's machine, by default in the scheduler's own folder."`
	Tools     string `oceanid:"tools,optional"                  doc:"Folder of HTCondor's tools on the access point, when they are not on the PATH that a command over SSH gets."`
	// Of jobs' options, which are submit commands.
	Options      map[string]string `oceanid:"options,optional"       doc:"Submit commands for every job that does not set them itself, such as { accounting_group = \"portal\", requirements = \"HasModel\" }. The lists below do not restrict them."`
	AllowOptions []string          `oceanid:"allow_options,optional" doc:"The submit commands that a job may set in its options: names, in which * stands for any characters, such as \"periodic_*\" and \"+*\". Default: all that the driver carries."`
	DenyOptions  []string          `oceanid:"deny_options,optional"  doc:"Submit commands that a job may not set, though allow_options lets them through."`
	// Of workflows.
	NoScripts bool `oceanid:"no_scripts,default=false" doc:"Refuse workflows whose nodes have PRE or POST scripts. DAGMan runs these on the access point itself, where they can do whatever the account can."`
}

const (
	defaultPort      = 22
	defaultTimeout   = 30 * time.Second
	defaultDirectory = "~/.oceanid"
)

// harmless are paths that mean nothing but themselves, to the shell as in a submit description.
var harmless = regexp.MustCompile(`^[A-Za-z0-9_./:+@,-]+$`)

// Validate reports every field that cannot be right, with sdk.Invalid. It reads the private key, and connects to nothing.
func (c Config) Validate() error {
	var errs []error
	invalid := func(field, format string, args ...any) { errs = append(errs, sdk.Invalid(field, format, args...)) }
	if c.Host == "" {
		for field, set := range map[string]bool{
			"port": c.Port != 0, "username": c.Username != "", "password": c.Password != "", "private_key_path": c.PrivateKeyPath != "",
			"private_key_passphrase": c.PrivateKeyPassphrase != "", "known_hosts": c.KnownHosts != "", "host_key": len(c.HostKey) > 0, "trust_new_host": c.TrustNewHost,
		} {
			if set {
				invalid(field, "means nothing without a host: without one the pool's tools are run on this machine")
			}
		}
	} else if _, _, err := c.address(); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, c.validateSchedd())
	if c.Timeout < 0 {
		invalid("timeout", "%v is negative", c.Timeout)
	}
	if dir := strings.TrimPrefix(c.Directory, "~/"); c.Directory != "" && (!harmless.MatchString(dir) || dir == c.Directory && !filepath.IsAbs(dir)) {
		invalid("directory", "%q: an absolute path, or one that begins with ~/, of letters, digits and _ . / : + @ , -", c.Directory)
	}
	if c.Tools != "" && (!filepath.IsAbs(c.Tools) || !harmless.MatchString(c.Tools)) {
		invalid("tools", "%q: an absolute path of letters, digits and _ . / : + @ , -", c.Tools)
	}
	if _, err := c.pinned(); err != nil {
		errs = append(errs, err)
	}
	if c.TrustNewHost && len(c.HostKey) > 0 {
		invalid("trust_new_host", "contradicts host_key: a host with pinned keys is never new")
	}
	errs = append(errs, c.validateKey(), c.validateOptions())
	slices.SortFunc(errs, byText)
	return errors.Join(errs...)
}

func byText(a, b error) int {
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	return strings.Compare(text(a), text(b))
}

func (c Config) validateKey() error {
	if c.PrivateKeyPath == "" {
		if c.PrivateKeyPassphrase != "" {
			return sdk.Invalid("private_key_passphrase", "there is no private_key_path that it could belong to")
		}
		return nil
	}
	file, err := expand(c.PrivateKeyPath)
	if err != nil {
		return sdk.Invalid("private_key_path", "%v", err)
	}
	_, err = access.ReadKey(file, c.PrivateKeyPassphrase.Reveal())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, access.ErrNeedsPassphrase), errors.Is(err, access.ErrWrongPassphrase):
		return sdk.Invalid("private_key_passphrase", "private key %s: %v", file, err)
	case errors.Is(err, fs.ErrNotExist):
		return sdk.Invalid("private_key_path", "there is no file %s on the host's machine", file)
	}
	return sdk.Invalid("private_key_path", "%v", err)
}

// address takes host and port apart: host may be host:port.
func (c Config) address() (host string, port int, err error) {
	host, port = c.Host, c.Port
	if h, p, err := net.SplitHostPort(c.Host); err == nil {
		n, err := strconv.Atoi(p)
		if err != nil {
			return "", 0, sdk.Invalid("host", "%q: the port %q is no number", c.Host, p)
		}
		if port != 0 && port != n {
			return "", 0, sdk.Invalid("port", "%d contradicts the port in host = %q", port, c.Host)
		}
		host, port = h, n
	}
	if port == 0 {
		port = defaultPort
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if port < 1 || port > 65535 {
		return "", 0, sdk.Invalid("port", "%d: a port is 1 to 65535", port)
	}
	if host == "" || strings.ContainsAny(host, " \t\r\n/@[]") {
		return "", 0, sdk.Invalid("host", "%q is no host name or address; the account goes into username", c.Host)
	}
	return host, port, nil
}

func (c Config) pinned() ([]ssh.PublicKey, error) {
	var keys []ssh.PublicKey
	for _, line := range c.HostKey {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, sdk.Invalid("host_key", "%q is no public key as in authorized_keys (\"ssh-ed25519 AAAA…\"): %v", line, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// target is how the access point is reached over SSH.
func (c Config) target() (access.Target, error) {
	host, port, err := c.address()
	if err != nil {
		return access.Target{}, err
	}
	t := access.Target{
		Host: host, Port: port, User: c.Username, Timeout: c.Timeout,
		Password: c.Password.Reveal(), Passphrase: c.PrivateKeyPassphrase.Reveal(), TrustNew: c.TrustNewHost,
	}
	if t.Timeout == 0 {
		t.Timeout = defaultTimeout
	}
	if t.User == "" {
		me, err := user.Current()
		if err != nil {
			return t, sdk.Invalid("username", "must be set: %v", err)
		}
		t.User = me.Username
	}
	if t.Pinned, err = c.pinned(); err != nil {
		return t, err
	}
	if c.PrivateKeyPath != "" {
		if t.Key, err = expand(c.PrivateKeyPath); err != nil {
			return t, sdk.Invalid("private_key_path", "%v", err)
		}
	}
	if c.KnownHosts != "" {
		file, err := expand(c.KnownHosts)
		if err != nil {
			return t, sdk.Invalid("known_hosts", "%v", err)
		}
		t.KnownHosts = []string{file}
		return t, nil
	}
	file, err := expand("~/.ssh/known_hosts")
	if err != nil && len(t.Pinned) == 0 {
		return t, sdk.Invalid("known_hosts", "must be set: %v", err)
	}
	t.KnownHosts = []string{file, "/etc/ssh/ssh_known_hosts"}
	return t, nil
}

// expand replaces a leading ~/ by the home directory.
func expand(path string) (string, error) {
	rest, found := strings.CutPrefix(path, "~/")
	if !found {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err == nil {
		return filepath.Join(home, rest), nil
	}
	// A driver's environment is small: it need not have $HOME.
	me, err := user.Current()
	if err != nil {
		return "", err
	}
	return filepath.Join(me.HomeDir, rest), nil
}
