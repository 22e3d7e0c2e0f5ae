package catalog

import (
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
)

// Options say where to look. The zero value finds nothing.
type Options struct {
	// Dirs are searched for files named oceanid-NAME, in this order: the first of a name counts. A missing folder is empty. Dirs gives the
	// usual ones.
	Dirs []string
	// Blocks are the drivers that the configuration names. They win over what is found and what is built in.
	Blocks []Block
	// Builtins are drivers of the host's own program. They win over what is found.
	Builtins []Builtin
	// CacheDir keeps what drivers say of themselves, and the checksums of their files, for other processes and later; it is made when it is
	// missing, and done without when others than its owner may write to it. "": only memory does.
	CacheDir string
	// Log gets the drivers' logs and changes of state, and its level is theirs; nil: nothing does.
	Log hclog.Logger
	// StartTimeout and Grace bound the start and the end of a driver; 0: 10 s.
	StartTimeout, Grace time.Duration
}

// Block is a driver that the configuration names.
type Block struct {
	// Name is the driver's, and must be what it calls itself.
	Name string
	// Path is its executable; "": the one of that name that is found or built in.
	Path string
	// Checksum pins the executable: "sha256:" and 64 hex digits. "": any.
	Checksum string
	// Version constrains what the driver says its version is: ">= 1.2, < 2". "": any.
	Version string
	// Env is added to the driver's environment.
	Env map[string]string
}

// Builtin is a driver within the host's own program.
type Builtin struct {
	Name string
	// Server makes a server with the driver's services, for each life of the driver anew.
	Server func() (*grpc.Server, error)
}
