package tools

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Schedd says which one the tools are to speak to.
type Schedd struct {
	// Name is the schedd's, as condor_status -schedd shows it; Collector is the address of the pool's collector: host or host:port.
	Name, Collector string
	// Token is the token; empty: TokenPath is the file that holds it. The file may be replaced at any time.
	Token, TokenPath string
	// Folder is where HTCondor's tools are; empty: on the PATH.
	Folder string
}

var (
	nameRule      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@:+-]*$`)
	collectorRule = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9_.-]*)(:[0-9]{1,5})?$`)
	folderRule    = regexp.MustCompile(`^/[A-Za-z0-9_./:+@,-]+$`)
)

// ValidName tells whether a schedd can be called so, and ValidCollector whether a collector can be there. What is valid means nothing else to HTCondor's
// configuration nor to the shell.
func ValidName(name string) bool { return nameRule.MatchString(name) }

// ValidCollector is described at [ValidName].
func ValidCollector(address string) bool { return collectorRule.MatchString(address) }

// ErrFolder is a folder whose name the scripts cannot carry.
var ErrFolder = errors.New("it must be an absolute path of letters, digits and _ . / : + @ , -")

// called are the tools that the driver's scripts call.
var called = []string{
	"condor_config_val", "condor_continue", "condor_history", "condor_hold", "condor_q", "condor_qedit", "condor_release", "condor_rm", "condor_status",
	"condor_submit", "condor_submit_dag", "condor_suspend", "condor_tail", "condor_transfer_data", "condor_userprio", "condor_version",
}

//go:embed submit.sh
var submitScript string

// Install makes the folder, or makes it anew, for this schedd, and returns where the scripts are. A tool that is not there has none. What is replaced is
// replaced at once: processes that use the folder meanwhile find the old file or the new one.
func Install(folder string, s Schedd) (scripts string, err error) {
	if !folderRule.MatchString(folder) {
		return "", fmt.Errorf("%s: %w", folder, ErrFolder)
	}
	tokens, scripts := filepath.Join(folder, "tokens.d"), filepath.Join(folder, "bin")
	for _, dir := range []string{tokens, scripts} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
	}
	// A token in a file may be renewed there: the link finds the new one.
	token := filepath.Join(tokens, "token")
	if s.Token != "" {
		err = replace(folder, token, []byte(strings.TrimSpace(s.Token)+"\n"), 0o600)
	} else {
		err = replaceLink(folder, s.TokenPath, token)
	}
	if err != nil {
		return "", err
	}
	config := filepath.Join(folder, "config")
	if err := replace(folder, config, []byte(configuration(s, tokens)), 0o600); err != nil {
		return "", err
	}
	for _, tool := range called {
		path := filepath.Join(scripts, tool)
		real, err := find(tool, s.Folder)
		if err != nil {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
			continue
		}
		if err := replace(folder, path, []byte(script(tool, real, config, s)), 0o700); err != nil {
			return "", err
		}
	}
	return scripts, nil
}

// find is where a tool is.
func find(tool, folder string) (string, error) {
	if folder != "" {
		tool = filepath.Join(folder, tool)
	}
	path, err := exec.LookPath(tool)
	if err == nil && !folderRule.MatchString(path) {
		return "", ErrFolder
	}
	return path, err
}

// configuration is all that HTCondor's tools know. That of the machine and of the account is not read, and none of the other ways to tell who somebody is can be
// taken: not by the account (FS), not by a token in a usual place, and not by one that root makes for itself with the key of a pool on this machine.
func configuration(s Schedd, tokens string) string {
	host := s.Collector
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return fmt.Sprintf(`CONDOR_HOST = %s
COLLECTOR_HOST = %s
SCHEDD_HOST = %s
LOCAL_CONFIG_DIR =
LOCAL_CONFIG_FILE =
USER_CONFIG_FILE =
SEC_DEFAULT_AUTHENTICATION = REQUIRED
SEC_DEFAULT_AUTHENTICATION_METHODS = IDTOKENS
SEC_CLIENT_AUTHENTICATION = REQUIRED
SEC_CLIENT_AUTHENTICATION_METHODS = IDTOKENS
SEC_CLIENT_ENCRYPTION = REQUIRED
SEC_CLIENT_INTEGRITY = REQUIRED
SEC_TOKEN_DIRECTORY = %s
SEC_TOKEN_SYSTEM_DIRECTORY = %[4]s
SEC_PASSWORD_DIRECTORY = %[4]s/none
SEC_PASSWORD_FILE = %[4]s/none/POOL
SEC_TOKEN_POOL_SIGNING_KEY_FILE = %[4]s/none/POOL
`, host, s.Collector, s.Name, tokens)
}

// script is what stands for a tool.
func script(tool, real, config string, s Schedd) string {
	clean := fmt.Sprintf("env -i HOME=\"$HOME\" PATH=\"$PATH\" LC_ALL=C CONDOR_CONFIG=%s", config)
	switch tool {
	case "condor_submit":
		return fmt.Sprintf("#!/bin/sh\nclean() {\n\t%s \"$@\"\n}\nreal=%s\nschedd=%s\n%s", clean, real, s.Name, submitScript)
	case "condor_history":
		real += " -name " + s.Name
	}
	return fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", clean, real)
}

// replace makes a file that appears at once: it grows in the folder, on whose file system it is.
func replace(folder, path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// replaceLink does so with a link.
func replaceLink(folder, to, path string) error {
	dir, err := os.MkdirTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	link := filepath.Join(dir, "token")
	if err := os.Symlink(to, link); err != nil {
		return err
	}
	return os.Rename(link, path)
}
