package launch

import (
	"time"

	"github.com/hashicorp/go-hclog"
)

// Spec says what to start and how.
type Spec struct {
	// Name is the driver's, for errors and the log.
	Name string
	// Path is the executable: a program or a script with a #! line. It must be absolute.
	Path string
	// Checksum pins what is executed: "sha256:" and 64 hex digits. Empty: anything.
	Checksum string
	// Checksums remembers checksums of files that have not changed since; nil: the file is read at each start.
	Checksums *Checksums
	// Env is what the driver gets besides the variables that every driver gets from the host's environment (see environment.go); it wins
	// over those. A name that the handshake uses is an error.
	Env map[string]string
	// Level is what the driver writes to its log; hclog.NoLevel: that of Log.
	Level hclog.Level
	// Log receives the driver's log; nil: nothing does.
	Log hclog.Logger
	// StartTimeout bounds Start; 0: 10 s.
	StartTimeout time.Duration
	// Grace bounds Stop: 0: 10 s.
	Grace time.Duration
}
