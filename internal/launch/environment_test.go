package launch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/launch/launchtest"
)

func TestEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hush")
	t.Setenv("LC_TEST", "xx")
	t.Setenv("TZ", "Pacific/Chatham")
	s := spec(t, launchtest.Good)
	s.Env["TZ"] = "UTC"
	s.Env["CONDOR_CONFIG"] = "/etc/condor/other"
	p := start(t, s)
	answer, err := launchtest.Command(t.Context(), p.Conn(), "env")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(answer) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if _, twice := env[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		env[name] = value
	}
	for name, want := range map[string]string{
		"AWS_SECRET_ACCESS_KEY": "", "LC_TEST": "xx", "TZ": "UTC", "CONDOR_CONFIG": "/etc/condor/other", "PATH": os.Getenv("PATH"),
	} {
		if env[name] != want {
			t.Errorf("%s is %q, want %q", name, env[name], want)
		}
	}
	keys := env["OCEANID_TLS"]
	if _, err := os.Stat(keys); !os.IsNotExist(err) {
		t.Errorf("the keys are still in %s: %v", keys, err)
	}
	info, err := os.Stat(filepath.Dir(keys))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of the socket: %v, %v", info.Mode(), err)
	}
	if !strings.HasPrefix(env["PLUGIN_UNIX_SOCKET_DIR"], filepath.Dir(keys)+"/") {
		t.Errorf("the socket is not in the private folder: %s", env["PLUGIN_UNIX_SOCKET_DIR"])
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(keys)); !os.IsNotExist(err) {
		t.Errorf("the folder was left behind: %v", err)
	}
}
