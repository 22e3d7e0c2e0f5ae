package catalog

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
)

// Options say where to look. The zero value finds nothing.
type Options struct {
	// Dirs are searched for executables named oceanid-NAME, in this order: the first of a name counts. A missing folder is empty. Dirs
	// gives the usual ones.
	Dirs []string
	// Blocks are the drivers that the configuration names. They win over what is found and what is built in.
	Blocks []Block
	// Builtins are drivers of the host's own program. They win over what is found.
	Builtins []Builtin
	// CacheDir keeps what drivers say of themselves, by checksum; it is made when it is missing. "": only memory does.
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

// Catalog is the drivers that there are. It is safe for concurrent use.
type Catalog struct{}

// Open looks for drivers and starts none. What is wrong with one of them is in [Catalog.Candidates]. Whoever opens a catalog closes it.
func Open(o Options) *Catalog { return &Catalog{} }

// Dirs are the folders that are searched when nothing else is said: driverDir if it is not "", the folder of the host's own executable, and
// drivers/ in that.
func Dirs(executable, driverDir string) []string { return nil }

// Driver gives the driver of a name, not started. A name that is not there is fault.NotFound and suggests the nearest; one that was refused is
// fault.Invalid with the reason.
func (c *Catalog) Driver(ctx context.Context, name string) (*Driver, error) {
	return nil, errors.ErrUnsupported
}

// Candidates are all that were found, named or built in, by name; the refused ones with their reason. It reads the executables whose checksum
// is not known yet, and starts none.
func (c *Catalog) Candidates() []Candidate { return nil }

// Close drains and ends every driver; ctx bounds it.
func (c *Catalog) Close(ctx context.Context) error { return nil }
