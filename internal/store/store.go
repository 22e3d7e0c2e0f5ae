package store

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Options say where a store is. The zero value is not usable: the embedded store needs a Path.
type Options struct {
	// URL is one of
	//
	//	redis://user:password@host:6379/0
	//	redis+sentinel://user:password@s1:26379,s2:26379/0?master_name=mymaster
	//	redis+cluster://user:password@h1:6379,h2:6379,h3:6379
	//	unix://user:password@/path/of/socket?db=0
	//
	// with rediss in place of redis for TLS, which knows the parameters tls_ca, tls_cert, tls_key (paths of PEM files) and tls_server_name. Sentinels
	// that want a password of their own get sentinel_username and sentinel_password. Every other parameter is go-redis' own: dial_timeout,
	// pool_size … "" is the embedded store.
	URL string
	// Path is the folder of the embedded store and of the local key. It is made, with mode 0700, when it is not there; one that other users
	// may enter is refused, unless it is empty.
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
	client  redis.UniversalClient
	shared  bool   // the client is the caller's
	where   string // for errors, without passwords
	scripts scripts
	sealer  *sealer
	kept    int64
	log     hclog.Logger
	local   *household // nil: not the embedded one

	done     context.Context // ends when the store is closed
	end      context.CancelFunc
	watchers sync.WaitGroup
	closing  sync.Once
}

// Open connects to a store, or starts the embedded one in o.Path. It does not wait for a Redis that is away, but fails with fault.Unavailable.
// An embedded store that another process of this machine runs is joined; when that process ends, this one or yet another takes over.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{kept: o.EventsKept, log: o.Log, scripts: loadScripts()}
	if s.kept <= 0 {
		s.kept = 10_000
	}
	if s.log == nil {
		s.log = hclog.NewNullLogger()
	}
	var err error
	if s.sealer, err = openSealer(ctx, o.Keeper, o.Path); err != nil {
		return nil, err
	}
	if err := s.connect(ctx, o); err != nil {
		s.sealer.close()
		return nil, err
	}
	s.done, s.end = context.WithCancel(context.Background())
	if err := s.Ping(ctx); err != nil {
		s.Close()
		return nil, err
	}
	if s.local == nil {
		s.warn(ctx)
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context, o Options) (err error) {
	switch {
	case o.Client != nil:
		s.client, s.shared, s.where = o.Client, true, "the portal's redis"
	case o.URL != "":
		s.client, s.where, err = dialURL(o.URL)
	case o.Path == "":
		err = fault.By(fault.User, fault.Invalid.New("store: neither the URL of a Redis nor a path for the embedded store is given"))
	default:
		s.client, s.local, err = openEmbedded(ctx, o.Path, s.log)
		s.where = o.Path
	}
	return err
}

// Close ends all channels of Changes and closes the connections. An embedded store that this process runs is at rest then, or taken over by
// another process that has it open. Closing again does nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.end()
		s.watchers.Wait()
		if !s.shared {
			err = s.explain(s.client.Close())
		}
		if s.local != nil {
			err = errors.Join(err, s.local.close())
		}
		s.sealer.close()
	})
	return err
}

// Ping asks whether the store answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.explain(s.client.Ping(ctx).Err())
}
