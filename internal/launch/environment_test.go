package launch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

func TestLongTemporaryFolder(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	p := start(t, spec(t, launchtest.Good)) // a socket in there would have too long a path
	if _, err := launchtest.Command(t.Context(), p.Conn(), ""); err != nil {
		t.Error(err)
	}
}

func TestMessagesHaveALimit(t *testing.T) {
	t.Parallel()
	p := start(t, spec(t, launchtest.Good))
	if answer, err := launchtest.Command(t.Context(), p.Conn(), "size 16000000"); err != nil || len(answer) != 16000000 {
		t.Errorf("%d bytes, %v", len(answer), err)
	}
	if _, err := launchtest.Command(t.Context(), p.Conn(), "size 17000000"); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a reply over the limit: %v", err)
	}
	if _, err := launchtest.Command(t.Context(), p.Conn(), strings.Repeat("x", 17000000)); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a request over the limit: %v", err)
	}
	if _, err := launchtest.Command(t.Context(), p.Conn(), ""); err != nil {
		t.Errorf("the connection is of no more use: %v", err)
	}
}
