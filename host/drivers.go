package host

import (
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Driver is a candidate: a driver, or what might have been one.
type Driver struct {
	// Name is the type that schedulers of it have.
	Name string `json:"name"`
	// Path is its program; empty for one within this process.
	Path string `json:"path,omitempty"`
	// Source tells how it was found: "configuration", "folder" or "built in".
	Source string `json:"source"`
	// State is "stopped", "starting", "ready", "draining", "backing off", "failed", or "refused" for what is not run.
	State string `json:"state"`
	// Reason says why it is refused, backing off or failed.
	Reason string `json:"reason,omitempty"`
	// Version and Summary are the driver's own words; empty while no host has asked it.
	Version string `json:"version,omitempty"`
	Summary string `json:"summary,omitempty"`
	// Checksum is "sha256:" and hex digits.
	Checksum string `json:"checksum,omitempty"`
	// PID is its process's number; 0: it does not run.
	PID int `json:"pid,omitempty"`
	// Since is when it came into this state; RetryAt when one that is backing off or has failed may be started again.
	Since   time.Time `json:"since,omitzero"`
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Generation numbers its lives, from 1; 0: it was not started yet. Restarts counts the starts that followed a crash, Leaving the lives
	// that were replaced and still have calls to end.
	Generation uint64 `json:"generation,omitempty"`
	Restarts   int    `json:"restarts,omitempty"`
	Leaving    int    `json:"leaving,omitempty"`
	// Kept says why its newer form is not used, while this one goes on.
	Kept string `json:"kept,omitempty"`
	// Unenforced says, a sentence each, which of the limits that the file gives it do not hold on this machine.
	Unenforced []string `json:"unenforced,omitempty"`
	// Crash says how it ended last without having been stopped, whatever has become of it since, and CrashedAt when. Panic is the trace that it left,
	// LastLog the end of its log, the oldest line first.
	Crash     string    `json:"crash,omitempty"`
	CrashedAt time.Time `json:"crashed_at,omitzero"`
	Panic     string    `json:"panic,omitempty"`
	LastLog   []string  `json:"last_log,omitempty"`
}

// Drivers lists every candidate by name: those that can be used and, with the reason, those that were refused. It starts none.
func (h *Host) Drivers() []Driver {
	var all []Driver
	limits := map[string]launch.Limits{}
	for _, d := range h.file.Load().Drivers {
		limits[d.Type] = driverBlock(d).Limits
	}
	for _, c := range h.catalog.Candidates() {
		d := Driver{
			Name: c.Name, Path: c.Path, Source: string(c.Source), State: string(c.State), Reason: c.Reason, Version: c.Version, Summary: c.Summary,
			Checksum: c.Checksum, PID: c.PID, Since: c.Since, RetryAt: c.RetryAt, Generation: c.Generation, Restarts: c.Restarts, Leaving: c.Leaving,
			Kept: c.Kept, CrashedAt: c.CrashedAt,
		}
		switch l := limits[c.Name]; {
		case c.State == catalog.Refused || l == launch.Limits{}:
		case c.Source == catalog.BuiltIn:
			d.Unenforced = []string{"it is built into this program, which cannot be held to the limits of memory, files and processes"}
		default:
			d.Unenforced = l.Unenforced()
		}
		if c.Crash != nil {
			d.Crash = c.Crash.Error()
		}
		if c.LastCrash != nil {
			d.Panic, d.LastLog = c.LastCrash.Panic, c.LastCrash.Log
		}
		all = append(all, d)
	}
	return all
}

// catalogOptions say where drivers are, and how they are treated.
func catalogOptions(o Options, file *config.File) (catalog.Options, error) {
	executable, err := os.Executable()
	if err != nil {
		return catalog.Options{}, fault.By(fault.Host, fault.Internal.New("the host's own executable: %w", err))
	}
	options := catalog.Options{Dirs: catalog.Dirs(executable, file.DriverDir), Log: o.Log.Named("driver"), DialOptions: call.Tracing(o.Tracing)}
	// Without a cache folder a driver is asked once a process: slower, and nothing worse.
	if cache, err := os.UserCacheDir(); err == nil {
		options.CacheDir = filepath.Join(cache, "oceanid", "drivers")
	}
	for _, d := range file.Drivers {
		options.Blocks = append(options.Blocks, driverBlock(d))
	}
	for _, p := range o.Drivers {
		if err := p.Err(); err != nil {
			return options, fault.Invalid.New("%w", err)
		}
		log := slog.New(slogOver{o.Log.Named("driver").Named(p.Name())})
		options.Builtins = append(options.Builtins, catalog.Builtin{Name: p.Name(), Server: func() (*grpc.Server, error) { return p.InProcess(log) }})
	}
	return options, nil
}

// driverBlock is what the file says about a driver, in the catalog's words.
func driverBlock(d *config.Driver) catalog.Block {
	b := catalog.Block{
		Name: d.Type, Path: d.Path, Checksum: d.Checksum, Version: d.Version, Env: make(map[string]string, len(d.Env)),
		Restart: catalog.Restart{Budget: d.Restart.Max, Window: d.Restart.Within, Backoff: d.Restart.Backoff, MaxBackoff: d.Restart.MaxBackoff},
		Limits:  launch.Limits{Memory: d.Limits.Memory, Files: d.Limits.Files, Processes: d.Limits.Processes},
	}
	for k, v := range d.Env {
		b.Env[k] = v.Reveal()
	}
	switch {
	case d.Idle == nil:
	case *d.Idle == 0:
		b.Idle = -1 // never
	default:
		b.Idle = *d.Idle
	}
	return b
}
