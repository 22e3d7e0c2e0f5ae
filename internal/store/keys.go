package store

import (
	"crypto/rand"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// The names of all keys. What one script touches has one hash tag.
//
//	oceanid:{schedulers}:names         hash    name → uid
//	oceanid:{schedulers}:order         zset    names, for lists; order:TYPE those of one type
//	oceanid:{schedulers}:s:UID         hash    the record
//	oceanid:{schedulers}:uids          set     all that ever were
//	oceanid:{schedulers}:graves        set     deleted ones whose jobs are still to be forgotten
//	oceanid:{schedulers}:keeper        string  something sealed, to find out a wrong key
//
//	oceanid:{UID}:meta                 hash    fence (fence:NAME), seq (of events), cursor, closed, history, server, heard, silent, silence
//	oceanid:{UID}:job:ID               hash    the record without its specification
//	oceanid:{UID}:spec:ID              string  the specification
//	oceanid:{UID}:tasks:ID             string  a byte for each task, 0 for those in the job's base state
//	oceanid:{UID}:detail:ID            hash    chunk of tasks → runs of details
//	oceanid:{UID}:natives              hash    the pool's identifier → job
//	oceanid:{UID}:events               stream
//	oceanid:{UID}:ix:…                 zset    members: see member.go
//	oceanid:{UID}:usage                hash    j:USER and t:USER → jobs and tasks that have not ended; j: and t: those of all
//	oceanid:{UID}:tombs                zset    ends of identifiers of deleted jobs → until when that is remembered (ms)
//	oceanid:{UID}:hooks                hash    name of a hook → event up to which it has been told
//	oceanid:{UID}:letters:HOOK         hash    letter → what is to be told again
//	oceanid:{UID}:due:HOOK             zset    letter → when (ms)
//	oceanid:{UID}:dead:HOOK            hash    letter → what was given up
//	oceanid:{UID}:buried:HOOK          zset    the letters given up, for lists
//
//	oceanid:volatile:lease:UID         string  owner; expires; lease:UID:NAME other leases than the follower's
const (
	registry = "oceanid:{schedulers}:"
	// volatile begins the names of keys that expire and need not survive the embedded store's process: its journal leaves them out.
	volatile = "oceanid:volatile:"
	channel  = "oceanid:changes"
)

func slot(uid string) string { return "oceanid:{" + uid + "}:" }

// newNonce tells the tries of one call from other calls.
func newNonce() string { return rand.Text()[:16] }

func checkUID(uid string) error {
	if !validUID(uid) {
		return fault.By(fault.Host, fault.Invalid.New("store: %q is not the uid of a scheduler", uid))
	}
	return nil
}

func validUID(uid string) bool {
	return len(uid) == uidLength && strings.IndexFunc(uid, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) < 0
}
