package catalog

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// usualIdle is how long a driver goes on that nobody uses, unless its block says something else.
const usualIdle = 10 * time.Minute

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
	// DialOptions are added to those that the connections to drivers are made with.
	DialOptions []grpc.DialOption
	// Prove is asked about each process that is to take over from one that runs, before it does; an error refuses it, and the one that runs goes on.
	// said is what the new one says of itself; the process is not to be kept. nil: nobody is asked.
	Prove func(ctx context.Context, name string, said *pluginv1.DescribeResponse, p supervise.Process) error
	// NoRestarts leaves a driver that does not start, or crashes, as it is, whatever its block says: for a rehearsal one try is enough.
	NoRestarts bool
	// Changed is told the name of a driver after anything about it has changed that [Catalog.Candidates] tells. It may be called by several
	// goroutines at once, and must not call Reload or Close. nil: nobody is told.
	Changed func(name string)
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
	// Idle is how long the driver may be unused before it is stopped, to be started again when it is needed. 0: 10 minutes, or never if it is
	// built in; negative: never.
	Idle time.Duration
	// Restart says how crashes are answered.
	Restart Restart
	// Limits are what the driver may use of the machine. One that is built in has none.
	Limits launch.Limits
}

// Restart is how often and how fast a driver is started again after crashes. Its zero value is the usual.
type Restart struct {
	// Budget is how many crashes within Window are followed by a restart. 0: 5 in 10 minutes; negative: none.
	Budget int
	Window time.Duration
	// Backoff is the longest delay before the first restart, which doubles up to MaxBackoff. 0: 200 ms and 30 s.
	Backoff, MaxBackoff time.Duration
}

// is tells whether two blocks say the same.
func (b Block) is(o Block) bool {
	return maps.Equal(b.Env, o.Env) && b.Name == o.Name && b.Path == o.Path && b.Checksum == o.Checksum && b.Version == o.Version &&
		b.Idle == o.Idle && b.Restart == o.Restart && b.Limits == o.Limits
}

// runsAs tells whether two blocks about one driver make the same process, however that is treated when it is idle or crashes.
func (b Block) runsAs(o Block) bool {
	b.Name, b.Idle, b.Restart = o.Name, o.Idle, o.Restart
	return b.is(o)
}

// Builtin is a driver within the host's own program. For as long as that runs, a name means the same driver.
type Builtin struct {
	Name string
	// Server makes a server with the driver's services, for each life of the driver anew.
	Server func() (*grpc.Server, error)
}
