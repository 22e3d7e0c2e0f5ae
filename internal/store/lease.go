package store

import (
	"context"
	"time"
)

// Lease is the right to follow one scheduler, for a while.
type Lease struct {
	// UID is the scheduler's, Owner who has the lease.
	UID, Owner string
	// Fence goes into every Batch that is written under the lease. It grows with each acquisition, for ever.
	Fence int64
}

// AcquireLease takes the lease of a scheduler for ttl, if nobody else has it. owner names one follower in the whole fleet; acquiring again what
// one has gives a new fence. false: somebody else has it.
//
// The lease is only good manners; that two followers never both write is the fence's doing.
func (s *Store) AcquireLease(ctx context.Context, uid, owner string, ttl time.Duration) (Lease, bool, error) {
	panic("being written")
}

// Renew makes a lease last ttl from now. false: it is not the owner's any more.
func (s *Store) Renew(ctx context.Context, l Lease, ttl time.Duration) (bool, error) {
	panic("being written")
}

// Release gives a lease back; one that is lost already is no error.
func (s *Store) Release(ctx context.Context, l Lease) error { panic("being written") }
