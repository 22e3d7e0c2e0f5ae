package store

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Lease is the right to do one thing for one scheduler, for a while.
type Lease struct {
	// UID is the scheduler's, Owner who has the lease. Name is what it is for; "": to follow the pool.
	UID, Name, Owner string
	// Fence goes into everything that is written under the lease. It grows with each acquisition of that name, by a step that nobody can know: a store that has
	// gone back gives nobody the fence of one whose acquisition it has lost, and who has not noticed yet.
	Fence int64
}

// longestStep is the longest of those steps. Fences stay numbers that Lua has exactly (2^53) for a hundred acquisitions a second during years.
const longestStep = 1 << 20

// AcquireLease takes the lease to follow a scheduler for ttl, by the clock of Redis, if nobody else has it. owner names one follower in the whole
// fleet; acquiring again what one has gives a new fence. false: somebody else has it.
//
// The lease is only good manners; that two followers never both write is the fence's doing.
func (s *Store) AcquireLease(ctx context.Context, uid, owner string, ttl time.Duration) (Lease, bool, error) {
	return s.AcquireNamedLease(ctx, uid, "", owner, ttl)
}

// AcquireNamedLease takes another lease of a scheduler than that to follow it, in the same way: one for each name, each with fences of its own.
func (s *Store) AcquireNamedLease(ctx context.Context, uid, name, owner string, ttl time.Duration) (Lease, bool, error) {
	if err := checkUID(uid); err != nil {
		return Lease{}, false, err
	}
	if owner == "" || ttl < time.Millisecond {
		return Lease{}, false, fault.By(fault.Host, fault.Invalid.New("store: a lease needs an owner and a time of at least a millisecond"))
	}
	l := Lease{UID: uid, Name: name, Owner: owner}
	// SET answers OK or nothing.
	err := s.client.SetArgs(ctx, l.key(), owner, redis.SetArgs{Mode: "NX", TTL: ttl}).Err()
	if err == redis.Nil {
		// It may be ours already.
		if mine, err := s.Renew(ctx, l, ttl); !mine || err != nil {
			return Lease{}, false, err
		}
	} else if err != nil {
		return Lease{}, false, s.explain(err)
	}
	fence := s.client.HIncrBy(ctx, slot(uid)+"meta", fenceField(name), 1+rand.Int64N(longestStep))
	if err := s.explained(fence); err != nil {
		return Lease{}, false, err
	}
	l.Fence = fence.Val()
	// Who was held up for longer than ttl before the fence may have shut out the one who has the lease now; that one notices and takes it again,
	// but this one must not believe that it has it.
	mine, err := s.Renew(ctx, l, ttl)
	return l, mine, err
}

// Renew makes a lease last ttl from now. false: it is not the owner's any more.
func (s *Store) Renew(ctx context.Context, l Lease, ttl time.Duration) (bool, error) {
	word, _, err := s.run(ctx, s.scripts.leaseRenew, l.key(), l.Owner, ttl.Milliseconds())
	return word == "ok", err
}

// Release gives a lease back; one that is lost already is no error.
func (s *Store) Release(ctx context.Context, l Lease) error {
	_, _, err := s.run(ctx, s.scripts.leaseRelease, l.key(), l.Owner)
	return err
}

// key is in no slot of the scheduler's: the lease decides nothing, the fence in meta does.
func (l Lease) key() string {
	if l.Name == "" {
		return volatile + "lease:" + l.UID
	}
	return volatile + "lease:" + l.UID + ":" + l.Name
}

func fenceField(name string) string {
	if name == "" {
		return "fence"
	}
	return "fence:" + name
}
