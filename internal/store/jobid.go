package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// tailLength is the length of what follows the dash in a job's identifier.
const tailLength = 26

var lowerHex = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// alphabet is that of base 32 whose byte order is that of the numbers.
const alphabet = "0123456789abcdefghijklmnopqrstuv"

// JobID makes the identifier of a job: the scheduler's UID, a dash, and 26 characters of lower-case base 32. With a key these are made of UID and key
// alone: whoever asks again, in any process and even where the store has lost what it knew, gets the same identifier, and with it the same token at the
// pool. Without a key ("") they are time to the millisecond and chance.
func JobID(uid, key string, now time.Time) string {
	var b [16]byte
	if key == "" {
		binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
		rand.Read(b[6:])
		b[0] &^= keyed
	} else {
		sum := sha256.Sum256([]byte("oceanid job\x00" + uid + "\x00" + key))
		copy(b[:], sum[:])
		b[0] |= keyed
	}
	return uid + "-" + lowerHex.EncodeToString(b[:])
}

// keyed is the bit that tells identifiers made of a key from others.
const keyed = 0x80

// hasKey tells whether a job's identifier was made of a key.
func hasKey(id string) bool { return jobTail(id)[0] >= alphabet[16] }

// JobScheduler reads the scheduler's UID back from a job's identifier; false: that cannot be one.
func JobScheduler(id string) (uid string, ok bool) {
	uid, tail, _ := strings.Cut(id, "-")
	return uid, validUID(uid) && len(tail) == tailLength && inAlphabet(tail)
}

// Token tags the job at its pool: its ID, and "-rN" from its second run on.
func (j Job) Token() string {
	if j.Status.Run == 0 {
		return j.ID
	}
	return j.ID + "-r" + strconv.Itoa(j.Status.Run)
}

// JobOfToken reads a token that Token made: the job and which of its runs. false: nobody made it, or it is that of a workflow's node.
func JobOfToken(token string) (id string, run int, ok bool) {
	// What follows the dash of an identifier may begin with an r as well.
	if _, ok := JobScheduler(token); ok {
		return token, 0, true
	}
	last := max(strings.LastIndex(token, "-r"), 0)
	id, suffix := token[:last], strings.TrimPrefix(token[last:], "-r")
	run, err := strconv.Atoi(suffix)
	if _, ok = JobScheduler(id); !ok || err != nil || run < 1 || strconv.Itoa(run) != suffix {
		return "", 0, false
	}
	return id, run, true
}

// jobTail is the part of a job's identifier that tells it from the others of its scheduler.
func jobTail(id string) string { return id[uidLength+1:] }

func inAlphabet(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(alphabet, r) }) < 0
}
