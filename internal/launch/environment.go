package launch

import (
	"slices"
	"strings"
)

// inherits tells whether every driver gets a variable of the host's environment: where things are and how the machine speaks. Everything else
// stays with the host, for a portal's environment is full of keys; what a driver needs beyond this its block says.
func inherits(name string) bool {
	switch name {
	case "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TZ", "LANG", "LANGUAGE", "TMPDIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
		"SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "KRB5_CONFIG", "KRB5CCNAME",
		"CONDOR_CONFIG", "SLURM_CONF":
		return true
	}
	return strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "XDG_")
}

// environment is what a driver's process gets: of host what it may inherit, then own, then the handshake's; the later wins.
func environment(host []string, own map[string]string, shake ...string) []string {
	var env []string
	for _, pair := range host {
		if name, _, _ := strings.Cut(pair, "="); inherits(name) {
			env = append(env, pair)
		}
	}
	var pairs []string
	for name, value := range own {
		pairs = append(pairs, name+"="+value)
	}
	slices.Sort(pairs)
	return slices.Concat(env, pairs, shake)
}
