package store

import (
	"context"

	"github.com/hashicorp/go-hclog"
	"github.com/redis/go-redis/v9"
)

// Options say where a store is. The zero value is not usable: the embedded store needs a Path.
type Options struct {
	// URL is one of
	//
	//	redis://user:password@host:6379/0                    one server
	//	redis+sentinel://user:password@s1:26379,s2:26379/0?master_name=mymaster
	//	redis+cluster://user:password@h1:6379,h2:6379,h3:6379
	//
	// or the same with rediss for TLS, which knows the parameters tls_ca, tls_cert, tls_key (paths of PEM files) and tls_server_name. Every other
	// parameter is go-redis' own: dial_timeout, pool_size … "" is the embedded store.
	URL string
	// Path is the folder of the embedded store and of the local key; it is made, with mode 0700, when it is not there.
	Path string
	// Client is used in place of URL when it is not nil. It stays the caller's: Close leaves it open.
	Client redis.UniversalClient
	// Keeper is the URL of the gocloud.dev/secrets keeper that seals secrets. A portal that uses another one than base64key:// imports its
	// package (gocloud.dev/secrets/awskms …). Default: a key of our own in the file "key" in Path, made with mode 0600 when it is first needed.
	Keeper string
	// EventsKept is how many events a scheduler's stream keeps at least. Default: 10 000.
	EventsKept int64
	// Log hears what the embedded store found on disk and what it lost. Default: nothing.
	Log hclog.Logger
}

// Store keeps schedulers, jobs, events and leases. All methods are safe for concurrent use.
type Store struct {
}

// Open connects to a store, or starts the embedded one in o.Path. It does not wait for a Redis that is away, but fails with fault.Unavailable.
// Of an embedded store that another process of this machine has open it becomes a guest: everything works as long as that process lives.
func Open(ctx context.Context, o Options) (*Store, error) { panic("being written") }

// Close ends all channels of Changes, closes the connections, and ends the embedded store, if it is this process that runs it.
func (s *Store) Close() error { panic("being written") }

// Ping asks whether the store answers.
func (s *Store) Ping(ctx context.Context) error { panic("being written") }
