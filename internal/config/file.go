package config

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
)

// File is the plan that a configuration file, or a folder of them, describes. It is read once and never changes: safe for concurrent use.
type File struct {
	// Path is what Load was given.
	Path string
	// Store says where schedulers and jobs are kept; its zero value is the embedded store in its usual folder.
	Store Store
	// DriverDir is the absolute path of the folder to look for drivers in; "" when the file does not say.
	DriverDir string
	// Drivers, Schedulers and Clusters are in the order of the file; those of a folder in the order of the names of its files.
	Drivers    []*Driver
	Schedulers []*Block
	Clusters   []*Block
	// Jobs and Quotas are the rules for all jobs.
	Jobs   JobRules
	Quotas []Quota
	// Wanted are the jobs and workflows of the file.
	Wanted []Wanted

	texts  map[string]*text
	folder string
	blocks []*Block
}

// Store is the block "store". Address, Keeper and Password may each contain a secret, hence their type.
type Store struct {
	// Address is the URL of a Redis: redis://, rediss:// …; "" for the embedded store.
	Address sdk.Secret
	// Path is the absolute path of the embedded store's folder; "" for the usual one, or when there is an Address.
	Path string
	// Keeper is the URL of the gocloud.dev/secrets keeper that seals secrets; "" for a local key.
	Keeper sdk.Secret
	// Username and Password are for the Redis, in place of those in its URL.
	Username string
	Password sdk.Secret
	// Block is where it stands; nil when the file has no such block.
	Block *Block
}

// Driver is a block `driver "TYPE"`.
type Driver struct {
	// Type is what the first label of a scheduler's block names: [a-z][a-z0-9-]*.
	Type string
	// Path is the absolute path of the program; "" when only a driver that is found by itself is pinned.
	Path string
	// Checksum is "sha256:" and 64 hexadecimal digits in lower case, or "".
	Checksum string
	// Version is the constraint as written, or "".
	Version string
	// Env is set in the environment of the driver's process, beside what is let through anyway. Its values may be secrets.
	Env map[string]sdk.Secret
	// Idle is how long the driver may be unused before it is stopped; 0: it is never stopped for that. nil: the file does not say.
	Idle *time.Duration
	// Limits and Restart are the blocks of these names.
	Limits  Limits
	Restart Restart
	// Block is where it stands.
	Block *Block
}

// Block is one block of a file.
type Block struct {
	// Kind is "store", "jobs", "quota", "driver", "job", "workflow", "node", "scheduler" or "cluster".
	Kind string
	// Type is the label of a driver, the first one of a scheduler or cluster; else "".
	Type string
	// Name is the second label of a scheduler or cluster, the only one of a job, workflow or node; else "".
	Name string

	body hcl.Body
	head hcl.Range
	// labels are the places of the labels that it has.
	labels []hcl.Range
	// schema is what is known of its content without a driver: nothing of a scheduler or cluster, all of the others.
	schema *pluginv1.Block
	// apart is the kind of the blocks within that are read by themselves: inner.
	apart string
	inner []*Block
}

// String is the block's header, as in `scheduler "condor" "Default"`.
func (b *Block) String() string {
	s := b.Kind
	for _, label := range []string{b.Type, b.Name} {
		if label != "" {
			s += fmt.Sprintf(" %q", label)
		}
	}
	return s
}

// Place is where the block's header stands.
func (b *Block) Place() Place { return placeOf(b.head) }

func placeOf(r hcl.Range) Place {
	return Place{File: r.Filename, Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}
}
