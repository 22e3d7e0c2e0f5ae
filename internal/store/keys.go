package store

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
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
//	oceanid:{UID}:meta                 hash    fence, seq (of events), cursor, closed
//	oceanid:{UID}:job:ID               hash    the record without its specification
//	oceanid:{UID}:spec:ID              string  the specification
//	oceanid:{UID}:tasks:ID             string  a byte for each task, 0 for those in the job's base state
//	oceanid:{UID}:detail:ID            hash    chunk of tasks → runs of details
//	oceanid:{UID}:natives              hash    the pool's identifier → job
//	oceanid:{UID}:events               stream
//	oceanid:{UID}:ix:…                 zset    the time-ordered ends of job identifiers
//
//	oceanid:volatile:lease:UID         string  owner; expires
const (
	registry = "oceanid:{schedulers}:"
	// volatile begins the names of keys that expire and need not survive the embedded store's process: its journal leaves them out.
	volatile = "oceanid:volatile:"
	channel  = "oceanid:changes"
)

func slot(uid string) string { return "oceanid:{" + uid + "}:" }

// The indexes of jobs. The script that commits makes the names of those that have a state in them as well.
const (
	indexAll    = "ix:all"
	indexActive = "ix:active"
)

func indexState(st scheduler.State) string { return "ix:s:" + string(st) }
func indexUser(user string) string         { return "ix:u:" + user }
func indexStateUser(st scheduler.State, user string) string {
	return "ix:su:" + string(st) + ":" + user
}

// indexLabel has the length of the key in it, so that no two labels share a name.
func indexLabel(key, value string) string { return fmt.Sprintf("ix:l:%d:%s=%s", len(key), key, value) }

// constantIndexes are those that a job is in for as long as it is there.
func constantIndexes(spec scheduler.Job) []string {
	names := []string{indexAll}
	if spec.User != "" {
		names = append(names, indexUser(spec.User))
	}
	for k, v := range spec.Labels {
		names = append(names, indexLabel(k, v))
	}
	return names
}

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
