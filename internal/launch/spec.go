package launch

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/handshake"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Spec says what to start and how. Name and Path are required.
type Spec struct {
	// Name is the driver's, for errors and the log.
	Name string
	// Path is the executable: a program or a script with a #! line. It must be absolute.
	Path string
	// Checksum pins what is executed: "sha256:" and 64 hex digits. Empty: anything.
	Checksum string
	// Checksums remembers checksums of files that have not changed since; nil: the file is read at each start.
	Checksums *Checksums
	// Env is what the driver gets besides the variables that every driver gets from the host's environment; it wins over those. A name that
	// the handshake uses is an error.
	Env map[string]string
	// Level is what the driver writes to its log; hclog.NoLevel: that of Log, or info without one.
	Level hclog.Level
	// Log receives the driver's log; nil: nothing does.
	Log hclog.Logger
	// Hide takes out of each line that the driver writes what is not to be seen, before anything else is done with it. It must be safe for
	// concurrent use. nil: everything is to be seen.
	Hide func(line string) string
	// StartTimeout bounds Start; 0: 10 s.
	StartTimeout time.Duration
	// Grace bounds Stop; 0: 10 s.
	Grace time.Duration
	// Limits are what the process and its children may use of the machine.
	Limits Limits
	// DialOptions are added to those that the connection to the driver is made with.
	DialOptions []grpc.DialOption
}

// checked is the spec with its defaults filled in.
func (s Spec) checked() (Spec, error) {
	if s.Log == nil {
		s.Log = hclog.NewNullLogger()
	}
	if s.Level == hclog.NoLevel {
		s.Level = s.Log.GetLevel()
	}
	// A crash is told with the last lines of the log even where nobody reads it.
	if s.Level == hclog.NoLevel {
		s.Level = hclog.Info
	}
	if s.Hide == nil {
		s.Hide = func(line string) string { return line }
	}
	if s.StartTimeout == 0 {
		s.StartTimeout = 10 * time.Second
	}
	if s.Grace == 0 {
		s.Grace = 10 * time.Second
	}
	if !filepath.IsAbs(s.Path) {
		return s, s.fail(fault.Invalid, "the path of a driver must be absolute")
	}
	if s.Checksum != "" && !regexp.MustCompile(`^sha256:[0-9a-fA-F]{64}$`).MatchString(s.Checksum) {
		return s, s.fail(fault.Invalid, "checksum %q: write sha256: and 64 hex digits, as `sha256sum` prints them", s.Checksum)
	}
	if l := s.Limits; l.Memory < 0 || l.Files < 0 || l.Processes < 0 {
		return s, s.fail(fault.Invalid, "a limit is less than nothing: %+v", l)
	}
	for name := range s.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(s.Env[name], "\x00") {
			return s, s.fail(fault.Invalid, "environment variable %q: its name or value has a character that none can have", name)
		}
		if reserved(name) {
			return s, s.fail(fault.Invalid, "environment variable %s belongs to the handshake between host and driver: leave it out", name)
		}
	}
	return s, nil
}

func reserved(name string) bool {
	switch name {
	case handshake.EnvCookie, handshake.EnvTLS, handshake.EnvLifeline, handshake.EnvExecutable, handshake.EnvLogLevel:
		return true
	}
	return strings.HasPrefix(name, "PLUGIN_")
}

// fail is an error about this driver that its operator can act on.
func (s Spec) fail(kind fault.Kind, format string, args ...any) error {
	return fault.By(fault.Host, kind.New("driver %q: %s: "+format, append([]any{s.Name, s.Path}, args...)...))
}

// misbehaved is an error about this driver that its author can act on.
func (s Spec) misbehaved(kind fault.Kind, format string, args ...any) error {
	return fault.By(fault.Driver, s.fail(kind, format, args...))
}
